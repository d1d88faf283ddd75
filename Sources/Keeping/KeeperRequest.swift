public import Bytes

/// A request of popbell to its keeper. The descriptor of a line that is to be kept is sent with it.
public struct KeeperRequest: Equatable, Sendable {
  public enum Change: Equatable, Sendable {
    /// The line is to be inactive at this time.
    case keep(until: Instant)
    /// The line is inactive.
    case letGo
  }

  public typealias Bytes = ByteBuffer<21>

  /// The line, by the number that its descriptor has in popbell.
  public let key: Int32
  public let number: UInt64
  public let change: Change

  public init(_ change: Change, of key: Int32, number: UInt64) {
    self.key = key
    self.number = number
    self.change = change
  }

  // request = kind(1) key(4) number(8) end(8)     ; kind %x01 keep, %x00 let go, with an end of zeros
  public var encoded: Bytes {
    var bytes = Bytes()
    let end: UInt64
    switch change {
    case .keep(let instant):
      bytes.append(1)
      end = UInt64(bitPattern: instant.milliseconds)
    case .letGo:
      bytes.append(0)
      end = 0
    }
    bytes.append(bigEndian: UInt64(UInt32(bitPattern: key)), size: 4)
    bytes.append(bigEndian: number, size: 8)
    bytes.append(bigEndian: end, size: 8)
    return bytes
  }

  /// nil for anything but a whole request.
  public init?(parsing bytes: Span<UInt8>) {
    guard bytes.count == 21 else { return nil }
    key = Int32(truncatingIfNeeded: bigEndian(bytes.extracting(1..<5)))
    number = bigEndian(bytes.extracting(5..<13))
    let end = bigEndian(bytes.extracting(13..<21))
    switch bytes[0] {
    case 0 where end == 0: change = .letGo
    case 1: change = .keep(until: Instant(milliseconds: Int64(bitPattern: end)))
    default: return nil
    }
  }
}

/// The keeper's answer to a request.
public struct KeeperAnswer: Equatable, Sendable {
  public typealias Bytes = ByteBuffer<9>

  /// The request's number.
  public let number: UInt64
  public let isDone: Bool

  public init(number: UInt64, isDone: Bool) {
    self.number = number
    self.isDone = isDone
  }

  // answer = number(8) done(1)                    ; done %x01, or %x00
  public var encoded: Bytes {
    var bytes = Bytes()
    bytes.append(bigEndian: number, size: 8)
    bytes.append(isDone ? 1 : 0)
    return bytes
  }

  /// nil for anything but a whole answer.
  public init?(parsing bytes: Span<UInt8>) {
    guard bytes.count == 9, bytes[8] <= 1 else { return nil }
    number = bigEndian(bytes.extracting(0..<8))
    isDone = bytes[8] == 1
  }
}
