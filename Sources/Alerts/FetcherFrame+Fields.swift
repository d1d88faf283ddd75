import Bytes
import Ledger
import Rules

// The parts of frames, as they are written and read.

extension [UInt8] {
  mutating func append(field: Span<UInt8>) {
    append(bigEndian: UInt64(field.count), size: 2)
    append(field)
  }

  mutating func append(detail: [UInt8]) {
    append(field: detail.span.extracting(..<Swift.min(detail.count, FetcherFrame.detailSize)))
  }

  mutating func append(optional identity: Identity?) {
    append(identity == nil ? 0 : 1)
    if let identity { append(identity) }
  }
}

/// Reads a frame from its front.
struct FrameReader: ~Escapable {
  private let bytes: Span<UInt8>
  private var position = 0

  @_lifetime(copy bytes)
  init(_ bytes: Span<UInt8>) { self.bytes = bytes }

  mutating func byte() throws(FetcherFrame.Flaw) -> UInt8 {
    guard position < bytes.count else { throw .length }
    position += 1
    return bytes[position - 1]
  }

  mutating func number(_ size: Int) throws(FetcherFrame.Flaw) -> UInt64 {
    var number: UInt64 = 0
    for _ in 0..<size { number = number << 8 | UInt64(try byte()) }
    return number
  }

  /// A number of four bytes.
  mutating func count(atMost limit: Int) throws(FetcherFrame.Flaw) -> UInt32 {
    let number = try number(4)
    guard number <= UInt64(limit) else { throw .range }
    return UInt32(truncatingIfNeeded: number)
  }

  mutating func flag() throws(FetcherFrame.Flaw) -> Bool {
    switch try byte() {
    case 0: return false
    case 1: return true
    default: throw .range
    }
  }

  mutating func identity() throws(FetcherFrame.Flaw) -> Identity {
    guard bytes.count - position >= Identity.size else { throw .length }
    position += Identity.size
    return Identity(prefixOf: bytes.extracting((position - Identity.size)..<position))
  }

  var isAtEnd: Bool { position == bytes.count }

  @_lifetime(copy self)
  mutating func rest(atMost limit: Int) throws(FetcherFrame.Flaw) -> Span<UInt8> {
    let rest = bytes.extracting(position...)
    guard rest.count <= limit else { throw .length }
    position = bytes.count
    return rest
  }

  mutating func text(atMost limit: Int) throws(FetcherFrame.Flaw) -> [UInt8] {
    let length = Int(try number(2))
    guard length <= limit else { throw .range }
    guard length <= bytes.count - position else { throw .length }
    position += length
    let text = bytes.extracting((position - length)..<position)
    for index in text.indices where text[index].isControl { throw .control }
    return [UInt8](text)
  }

  func end() throws(FetcherFrame.Flaw) {
    guard position == bytes.count else { throw .length }
  }
}

extension AlertValues {
  init(reading reader: inout FrameReader) throws(FetcherFrame.Flaw) {
    self.init()
    subject = try reader.text(atMost: Rules.Limits.subject)
    from = try reader.text(atMost: Rules.Limits.address)
    to = try reader.text(atMost: Rules.Limits.address)
    date = try reader.text(atMost: Rules.Limits.date)
    messageID = try reader.text(atMost: Rules.Limits.messageID)
    uniqueID = try reader.text(atMost: Rules.Limits.uniqueID)
    for _ in 0..<(try reader.byte()) {
      let capture = try reader.text(atMost: Rules.Limits.captureValue)
      guard captures.append(capture.span) else { throw .range }
    }
  }

  func write(to bytes: inout [UInt8]) {
    bytes.append(field: subject.span)
    bytes.append(field: from.span)
    bytes.append(field: to.span)
    bytes.append(field: date.span)
    bytes.append(field: messageID.span)
    bytes.append(field: uniqueID.span)
    bytes.append(UInt8(captures.count))
    for index in 0..<captures.count { bytes.append(field: captures.value(at: index)) }
  }
}
