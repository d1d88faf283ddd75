import Bytes
import Rules

// A message that no rule takes, as frames carry it.

extension UnmatchedMessage {
  init(reading reader: inout FrameReader) throws(FetcherFrame.Flaw) {
    number = try reader.message()
    subject = try reader.text(atMost: Rules.Limits.subject)
    from = try reader.text(atMost: Rules.Limits.address)
    switch try reader.byte() {
    case 0: nearest = nil
    case 1: nearest = try RuleMiss(reading: &reader)
    default: throw .range
    }
  }

  func write(to bytes: inout [UInt8]) {
    bytes.append(bigEndian: UInt64(number), size: 4)
    bytes.append(field: subject.span)
    bytes.append(field: from.span)
    bytes.append(nearest == nil ? 0 : 1)
    nearest?.write(to: &bytes)
  }
}

extension RuleMiss {
  init(reading reader: inout FrameReader) throws(FetcherFrame.Flaw) {
    rule = Int(try reader.byte())
    let kind = try reader.byte()
    guard kind > 0 else {
      reason = .otherMailbox
      return
    }
    let condition = Int(try reader.byte())
    switch kind {
    case 1: reason = .condition(condition, .text(try reader.text(atMost: Sight.limit)))
    case 2: reason = .condition(condition, .nothing)
    case 3: reason = .condition(condition, .noSender(try reader.text(atMost: Sight.limit)))
    default: throw .range
    }
  }

  func write(to bytes: inout [UInt8]) {
    bytes.append(UInt8(rule))
    switch reason {
    case .otherMailbox: bytes.append(0)
    case .condition(let condition, .text(let value)):
      bytes.append(1)
      bytes.append(UInt8(condition))
      bytes.append(field: value.span)
    case .condition(let condition, .nothing):
      bytes.append(2)
      bytes.append(UInt8(condition))
    case .condition(let condition, .noSender(let words)):
      bytes.append(3)
      bytes.append(UInt8(condition))
      bytes.append(field: words.span)
    }
  }
}
