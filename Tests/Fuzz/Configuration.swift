import Alerts
import Bytes
import Config
import Mail
import Platform
import Rules

/// Whatever the configuration's file holds, its lines are found as a plain model finds them, and
/// are understood or refused in words; settings that hold take any message.
///
///     input = *OCTET          ; the file
func fuzz(_ input: Span<UInt8>) {
  let text = [UInt8](input)
  var found: [Line] = []
  var reader = ConfigReader()
  parseINI(input) {
    found.append(Line($0))
    reader.take($0)
  }
  require(found == model(of: text), "the lines are those of the file")
  let outcome = reader.finish()
  let lines = text.count { $0 == .lineFeed } + 1
  requireWords(outcome.errors, lines: lines)
  require((outcome.settings == nil) == !outcome.errors.isEmpty, "it holds, or there are errors")
  if let settings = outcome.settings { requireUsable(settings, text) }
}

/// What a line of the file is.
private enum Line: Equatable {
  case section([UInt8], Int)
  case entry(section: [UInt8], key: [UInt8], value: [UInt8], Int)
  case problem(INIError.Reason, Int)

  init(_ line: INILine) {
    switch line {
    case .section(let name, let number): self = .section([UInt8](name.bytes), number)
    case .entry(let section, let key, let value, let number):
      self = .entry(
        section: [UInt8](section.bytes), key: [UInt8](key.bytes), value: [UInt8](value.bytes),
        number)
    case .problem(let error): self = .problem(error.reason, error.line)
    }
  }
}

// The model.

private func model(of text: [UInt8]) -> [Line] {
  var text = text[...]
  if text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
  var lines = text.split(separator: .lineFeed, omittingEmptySubsequences: false)
  if lines.last?.isEmpty == true { lines.removeLast() }
  var found: [Line] = []
  var section: [UInt8] = []
  for (index, line) in lines.enumerated() {
    guard let line = understood(line, &section, index + 1) else { continue }
    found.append(line)
  }
  return found
}

private func understood(_ line: ArraySlice<UInt8>, _ section: inout [UInt8], _ number: Int) -> Line?
{
  if line.contains(0) { return .problem(.nul, number) }
  let text = line.drop { $0.isINIBlank }
  let comment = text.indices.first {
    $0 == text.startIndex
      ? text[$0] == .ascii("#") || text[$0] == .ascii(";")
      : text[$0] == .ascii(";") && text[$0 - 1].isINIBlank
  }
  let content = text[..<(comment ?? text.endIndex)]
  if content.isEmpty { return nil }
  if content.count > 1024 { return .problem(.lineTooLong, number) }
  if content.first == .ascii("[") {
    guard let end = content.firstIndex(of: .ascii("]")) else { return .problem(.syntax, number) }
    let name = [UInt8](content[..<end].dropFirst())
    if name.count > 49 { return .problem(.sectionTooLong, number) }
    section = name
    return .section(name, number)
  }
  guard let mark = content.firstIndex(where: { $0 == .ascii("=") || $0 == .ascii(":") }) else {
    return .problem(.syntax, number)
  }
  return .entry(
    section: section, key: trimmed(content[..<mark]), value: trimmed(content[(mark + 1)...]), number
  )
}

private func trimmed(_ text: ArraySlice<UInt8>) -> [UInt8] {
  let text = text.drop { $0.isINIBlank }
  let end = text.lastIndex { !$0.isINIBlank }
  return end.map { [UInt8](text[...$0]) } ?? []
}

extension UInt8 {
  fileprivate var isINIBlank: Bool {
    self == .space || (.horizontalTab ... .carriageReturn ~= self)
  }
}

// What comes of the lines.

private func requireWords(_ errors: ConfigErrors, lines: Int) {
  let errors = errors.sorted
  require(errors.count <= Config.Limits.errors, "errors are bounded")
  for error in errors {
    require((0...lines).contains(error.place.line), "an error is in the file")
    var text: [UInt8] = []
    error.write(into: &text)
    require(!text.isEmpty && text.count < 800, "an error has words, and few")
    require(!text.contains { $0.isControl }, "an error is one line")
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
  for byte in [UInt8]("Subject: ") + file.map({ $0.isControl ? .space : $0 }) {
    header.receive(byte)
  }
  header.finish()
  for mailbox in settings.mailboxes.indices {
    var captures = Captures()
    _ = settings.rules.firstMatch(
      mailbox: mailbox, message: header, expressions: AllMatch(), captures: &captures)
  }
}

/// Expressions that are found in any text.
private struct AllMatch: Rules.RegularExpressions {
  func match(expression index: Int, text: Span<UInt8>, groups: inout GroupRanges) -> Bool {
    for number in 1...9 { groups[number] = 0..<min(number, text.count) }
    return true
  }
}
