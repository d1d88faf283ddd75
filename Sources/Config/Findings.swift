/// Something about the configuration that its owner has to know, and where.
public protocol Finding: Sendable {
  var place: Place { get }
}

public typealias ConfigErrors = Findings<ConfigError>
public typealias ConfigWarnings = Findings<ConfigWarning>

/// The findings of one kind in a configuration.
public struct Findings<Element: Finding>: Sendable {
  private var findings: [Element] = []

  public init() {}

  public var isEmpty: Bool { findings.isEmpty }

  /// Adds a finding; over `Limits.findings` it is dropped.
  public mutating func add(_ finding: Element) {
    if findings.count < Limits.findings { findings.append(finding) }
  }

  /// By line; those of one line as they were found.
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
