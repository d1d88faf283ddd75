// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .strictMemorySafety(),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableExperimentalFeature("Lifetimes"),
  // What a span points into must not be a copy: Embedded Swift has to be told so for each getter.
  .enableExperimentalFeature("AddressableParameters"),
  .treatAllWarnings(as: .error),
]

/// No I/O, no clock, no C: bytes and time in, values out. Also compiled as Embedded Swift.
func pure(_ name: String, _ dependencies: Target.Dependency...) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// Touches the machine through a C target. Also compiled as Embedded Swift.
func edge(_ name: String, _ dependencies: Target.Dependency...) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// Runs on the host only.
func host(_ name: String, _ dependencies: Target.Dependency...) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func c(_ name: String, libraries: String...) -> Target {
  .target(
    name: name,
    cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])],
    linkerSettings: libraries.map { .linkedLibrary($0) })
}

func tests(of name: String, _ dependencies: Target.Dependency...) -> Target {
  .testTarget(
    name: name + "Tests",
    dependencies: [.byName(name: name), "TestSupport", "TestTraits"] + dependencies,
    swiftSettings: settings)
}

let package = Package(
  name: "popbell",
  products: [
    .executable(name: "popbell", targets: ["popbell"]),
    .executable(name: "popsim", targets: ["popsim"]),
    // For tests only: gives a program that loads it another clock.
    .library(name: "ShiftedClock", type: .dynamic, targets: ["CShiftedClock"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    pure("Bytes"),
    pure("POP3", "Bytes"),
    pure("Mail", "Bytes"),
    pure("Rules", "Bytes"),
    pure("Ledger", "Bytes"),
    pure("Keeping", "Bytes"),
    pure("Config", "Bytes", "Rules"),
    pure("Alerts", "Bytes", "POP3", "Mail", "Rules", "Ledger", "Config"),

    c("CPlatform"),
    c("CMbedTLS", libraries: "mbedtls", "mbedx509", "mbedcrypto"),
    edge("Platform", "CPlatform", "Bytes", "Keeping"),
    edge("TLS", "CMbedTLS", "Bytes"),
    edge(
      "Service", "Bytes", "POP3", "Mail", "Rules", "Ledger", "Config", "Alerts", "Platform", "TLS"),
    edge(
      "Commands", "Bytes", "POP3", "Mail", "Rules", "Ledger", "Config", "Alerts", "Platform", "TLS",
      "Service"),
    .executableTarget(name: "popbell", dependencies: ["Commands", "CPlatform"]),

    c("CSimulator", libraries: "mbedtls", "mbedx509", "mbedcrypto"),
    host("POP3Simulator", "CSimulator"),
    .executableTarget(
      name: "popsim",
      dependencies: [
        "POP3Simulator",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),

    .target(
      name: "TestSupport", dependencies: ["Bytes", "Ledger", "Mail"], path: "Tests/TestSupport",
      swiftSettings: settings),
    .target(name: "TestTraits", path: "Tests/TestTraits", swiftSettings: settings),
    tests(of: "Bytes"),
    tests(of: "POP3", "Bytes"),
    tests(of: "Mail", "Bytes"),
    tests(of: "Rules", "Bytes"),
    tests(of: "Ledger", "Bytes"),
    tests(of: "Keeping", "Bytes"),
    tests(of: "Config", "Bytes", "Rules"),
    tests(of: "Alerts", "Bytes", "POP3", "Mail", "Rules", "Ledger", "Config"),
    tests(of: "Platform", "Bytes"),
    // What tests of processes run: the test runner has threads, and must not fork.
    .executableTarget(
      name: "platform-probe", dependencies: ["Platform", "CPlatform", "Bytes", "CProbe"],
      path: "Tests/PlatformProbe", swiftSettings: settings),
    .target(name: "CProbe", path: "Tests/CProbe"),
    .target(name: "CShiftedClock", path: "Tests/CShiftedClock"),
    .executableTarget(
      name: "fake-board", dependencies: ["Commands", "CPlatform", "CProbe"],
      path: "Tests/FakeBoard"),
    tests(of: "TLS", "Bytes", "POP3Simulator"),
    tests(
      of: "Service", "Bytes", "Mail", "Rules", "Ledger", "Config", "Alerts", "Platform"),
    tests(
      of: "Commands", "Bytes", "POP3", "Mail", "Rules", "Ledger", "Config", "Alerts", "Platform",
      "TLS", "Service"),
    tests(of: "POP3Simulator"),
    .testTarget(
      name: "EndToEndTests",
      dependencies: ["popbell", "fake-board", "POP3Simulator", "TestSupport", "TestTraits"],
      swiftSettings: settings),
  ]
)
