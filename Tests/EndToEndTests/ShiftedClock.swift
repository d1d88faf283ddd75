import Foundation
import Testing

/// A date of a test's own for programs that load it; a static program does not.
struct ShiftedClock {
  private let file: String

  init(_ bench: Bench) throws {
    file = bench.path("shift")
    #expect(FileManager.default.createFile(atPath: file, contents: nil))
    try shift(by: 0)
  }

  /// The date is so many seconds off, for who runs already too.
  func shift(by seconds: Double) throws {
    // In place: it is mapped.
    let handle = try #require(FileHandle(forWritingAtPath: file))
    let shift = Int64(seconds)
    handle.write(Data((0..<8).map { UInt8(truncatingIfNeeded: shift >> (8 * $0)) }))
    try handle.close()
  }

  var environment: [String: String] {
    ["LD_PRELOAD": Service.binary("libShiftedClock.so").path, "SHIFTED_CLOCK": file]
  }
}
