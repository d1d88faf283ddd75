import Bytes
import Mail

/// Whatever a message is, its header is read within its bounds, the same each time, and as a plain
/// model reads it.
///
///     input = *OCTET          ; the message
func fuzz(_ input: Span<UInt8>) {
  let message = [UInt8](input)
  var header = MessageHeader(extraFields: [[UInt8]("X-Zone"), [UInt8]("To")])
  read(message, &header)
  requireBounds(header)
  let first = summary(header)
  let model = Field("subject", in: message)
  require(header.occurrences(of: .subject) == min(model.count, 255), "all fields are counted")
  require([UInt8](header.value(of: .subject)) == model.value, "the topmost field is kept")
  header.reset()
  read(message, &header)
  require(summary(header) == first, "a header that is reset reads the same")
}

private func read(_ message: [UInt8], _ header: inout MessageHeader) {
  header.receive(message.span)
  header.finish()
  require(header.isComplete, "the end of a message ends its header")
}

private func requireBounds(_ header: borrowing MessageHeader) {
  requireText(header.subject, limit: Mail.Limits.text)
  for index in 0..<2 {
    if let text = header.extra(index) { requireText(text, limit: Mail.Limits.text) }
  }
  for field in [
    HeaderField.subject, .from, .to, .date, .messageID, .received, .contentType,
    .firstReceived,
    .furtherTo,
  ] {
    require(header.value(of: field).count <= Mail.Limits.fieldValue, "a value is bounded")
  }
  if let from = header.from { requireText(from, limit: 320) }
  header.forEachTo { isAddress($0) }
  // From 1900-01-01 12:00 +2359 to 9999-12-31 24:00 -2359.
  if let date = header.receivedDate {
    require(
      (-2_208_988_800 - 86_400...253_402_300_800 + 86_400).contains(date.secondsSince1970),
      "a date is in its range")
  }
}

private func isAddress(_ text: Span<UInt8>) -> Bool {
  requireText(text, limit: 320)
  return true
}

private func requireText(_ text: Span<UInt8>, limit: Int) {
  require(text.count <= limit, "a text is bounded")
  for index in text.indices { require(!text[index].isControl, "a text has no control") }
}

/// All that a header says.
private func summary(_ header: borrowing MessageHeader) -> [UInt8] {
  var summary: [UInt8] = []
  summary.append(header.subject)
  summary.append(.lineFeed)
  if let from = header.from { summary.append(from) }
  require((header.from == nil) == (header.senderProblem != nil), "there is a sender, or a reason")
  header.forEachTo { summary.append($0, "@to") }
  for index in 0..<2 {
    if let text = header.extra(index) { summary.append(text) }
    summary.append(.lineFeed)
  }
  header.forEachIdentityByte { summary.append($0) }
  if !header.forEachByteOfContent({ summary.append($0) }) { summary.append(2) }
  summary.append(header.isFolderInternalData ? 1 : 0)
  return summary
}

extension [UInt8] {
  fileprivate mutating func append(_ bytes: Span<UInt8>, _ mark: StaticString) -> Bool {
    append(bytes)
    append(mark)
    return true
  }
}

/// The fields of a name, read line by line.
private struct Field {
  var count = 0
  /// Of the topmost one.
  var value: [UInt8] = []

  init(_ name: StaticString, in message: [UInt8]) {
    var isIn = false
    for line in lines(of: message) {
      guard let first = line.first else { break }
      if first.isBlank {
        if isIn { value += line }
        continue
      }
      isIn = false
      guard line.span.hasPrefixIgnoringCase(name) else { continue }
      let rest = line.dropFirst(name.utf8CodeUnitCount).drop { $0.isBlank }
      guard rest.first == .ascii(":") else { continue }
      count += 1
      isIn = count == 1
      if isIn { value = [UInt8](rest.dropFirst()) }
    }
    let start = value.firstIndex { !$0.isBlank } ?? value.endIndex
    value = [UInt8](value[start...].prefix(Mail.Limits.fieldValue))
    while value.last?.isBlank == true { value.removeLast() }
  }
}

/// The lines without their ends, behind a byte order mark; a run of CRs at an end belongs to it, and any
/// other is as one.
private func lines(of message: [UInt8]) -> [[UInt8]] {
  let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
  var lines: [[UInt8]] = [[]]
  for byte in message.starts(with: mark) ? [UInt8](message.dropFirst(3)) : message {
    let last = lines.count - 1
    if byte == .lineFeed {
      if lines[last].last == .carriageReturn { lines[last].removeLast() }
      lines.append([])
    } else if byte != .carriageReturn || lines[last].last != .carriageReturn {
      lines[last].append(byte)
    }
  }
  if lines[lines.count - 1].last == .carriageReturn { lines[lines.count - 1].removeLast() }
  return lines
}
