import Alerts
import Bytes
import Config
import Mail
import Rules

/// Whatever the configuration's file holds, each line says what it says to a plain model, and is
/// understood or refused in words; settings that hold take any message.
///
///     input = *OCTET          ; the file
func fuzz(_ input: Span<UInt8>) {
  let text = [UInt8](input)
  for line in text.split(separator: .lineFeed, omittingEmptySubsequences: false) {
    let bytes = [UInt8](line)
    require(Understood(bytes) == model(of: bytes), "a line says what the model says")
  }
  var reader = ConfigReader()
  reader.read(input)
  let outcome = reader.finish()
  let lines = text.count { $0 == .lineFeed } + 1
  requireWords(outcome.errors, lines: lines) { error, text in error.write(into: &text) }
  requireWords(outcome.warnings, lines: lines) { warning, text in warning.write(into: &text) }
  require((outcome.settings == nil) == !outcome.errors.isEmpty, "it holds, or there are errors")
  if let settings = outcome.settings { requireUsable(settings, text) }
}

/// What a line of the file says.
private enum Understood: Equatable {
  case nothing
  case section([UInt8])
  /// The value with its comment.
  case setting(key: [UInt8], value: [UInt8])
  case problem(LineProblem)

  init(_ line: [UInt8]) {
    do throws(LineProblem) {
      switch try Line(parsing: line.span) {
      case .nothing: self = .nothing
      case .section(let text): self = .section([UInt8](line[text]))
      case .setting(let key, let value):
        self = .setting(key: [UInt8](line[key]), value: [UInt8](line[value]))
      }
    } catch {
      self = .problem(error)
    }
  }
}

// The model.

private func model(of line: [UInt8]) -> Understood {
  if line.contains(0) { return .problem(.notASetting) }
  let text = line.drop { $0.isModelSpace }
  if text.isEmpty || text.first == .ascii("#") || text.first == .ascii(";") { return .nothing }
  let content = text[..<(firstRemark(in: text) ?? text.endIndex)]
  let isSection = text.first == .ascii("[")
  let mark = content.firstIndex { $0 == .ascii("=") || $0 == .ascii(":") }
  guard let mark, !isSection else {
    if content.count > 1024 { return .problem(.tooLong(limit: 1024)) }
    guard isSection, let close = content.firstIndex(of: .ascii("]")) else {
      return .problem(.notASetting)
    }
    return .section([UInt8](content[..<close].dropFirst()))
  }
  let value = text[(mark + 1)...]
  if value.startIndex + lengthOfValue(value) - text.startIndex > 1024 {
    return .problem(.tooLong(limit: 1024))
  }
  let key = text[..<mark]
  let end = key.lastIndex { !$0.isModelSpace }.map { $0 + 1 } ?? key.startIndex
  return .setting(key: [UInt8](key[..<end]), value: [UInt8](value))
}

private func firstRemark(in text: ArraySlice<UInt8>) -> Int? {
  text.indices.dropFirst().first { text[$0] == .ascii(";") && text[$0 - 1].isModelSpace }
}

private func lengthOfValue(_ value: ArraySlice<UInt8>) -> Int {
  var rest = value
  let text = value.drop { $0.isModelSpace }
  if text.first == .ascii("\"") {
    guard let close = text.dropFirst().firstIndex(of: .ascii("\"")) else { return value.count }
    rest = value[(close + 1)...]
  }
  let hash = rest.indices.first { index in
    rest[index] == .ascii("#") && (index == rest.startIndex || rest[index - 1].isModelSpace)
      && (index + 1 == rest.endIndex || rest[index + 1].isModelSpace)
  }
  let remark = firstRemark(in: rest)
  return min(hash ?? rest.endIndex, remark ?? rest.endIndex) - value.startIndex
}

extension UInt8 {
  fileprivate var isModelSpace: Bool {
    self == .space || (.horizontalTab ... .carriageReturn ~= self)
  }
}

// What comes of the lines.

private func requireWords<F: Finding>(
  _ findings: Findings<F>, lines: Int, _ write: (F, inout [UInt8]) -> Void
) {
  let findings = findings.sorted
  require(findings.count <= Config.Limits.findings, "findings are bounded")
  for finding in findings {
    require((0...lines).contains(finding.place.line), "a finding is in the file")
    var text: [UInt8] = []
    write(finding, &text)
    require(!text.isEmpty && text.count < 800, "a finding has words, and few")
    require(!text.contains { $0.isControl }, "a finding is one line")
  }
}

private func requireUsable(_ settings: Settings, _ file: [UInt8]) {
  require((1...Config.Limits.mailboxes).contains(settings.mailboxes.count), "mailboxes are bounded")
  require((1...Config.Limits.rules).contains(settings.rules.rules.count), "rules are bounded")
  require(settings.outputs.count <= Config.Limits.outputs, "outputs are bounded")
  require(settings.rules.names.headers.count <= Mail.Limits.extraFields, "headers are bounded")
  var text: [UInt8] = []
  settings.describe(into: &text)
  require(!text.contains { $0.isControl && $0 != .lineFeed }, "settings can be told in words")

  var header = MessageHeader(extraFields: settings.rules.names.headers)
  let subject = [UInt8]("Subject: ") + file.map { $0.isControl ? .space : $0 }
  header.receive(subject.span)
  header.finish()
  for mailbox in settings.mailboxes.indices {
    var context = MatchContext(mailbox: mailbox, for: settings.rules)
    _ = settings.rules.firstMatch(header, in: &context)
  }
}
