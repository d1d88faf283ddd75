/// An error or warning about the configuration, and its place.
public protocol Finding: Sendable {
  var place: Place { get }
}

public typealias ConfigErrors = Findings<ConfigError>
public typealias ConfigWarnings = Findings<ConfigWarning>

/// The errors, or the warnings, of a configuration.
public struct Findings<Element: Finding>: Sendable {
  private var findings: [Element] = []

  public init() {}

  public var isEmpty: Bool { findings.isEmpty }

  /// Adds a finding; drops it if there are already `Limits.findings`.
  public mutating func add(_ finding: Element) {
    if findings.count < Limits.findings { findings.append(finding) }
  }

  /// The findings by line; those of one line in the order in which they were found.
  public var sorted: [Element] {
    var sorted: [Element] = []
    for finding in findings {
      var index = sorted.count
      while index > 0, sorted[index - 1].place.line > finding.place.line { index -= 1 }
      sorted.insert(finding, at: index)
    }
    return sorted
  }
}

extension Findings<ConfigError> {
  mutating func add(_ place: Place, _ reason: ConfigError.Reason) {
    add(ConfigError(at: place, reason))
  }
}

extension Findings<ConfigWarning> {
  mutating func add(_ place: Place, _ reason: ConfigWarning.Reason) {
    add(ConfigWarning(at: place, reason))
  }
}
