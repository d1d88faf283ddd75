import Bytes

/// One line of the ledger: 32 bytes on disk, whole or not there.
///
///     offset  bytes
///          0      1  kind
///          1      1  failed: attempts; header: version
///          2      1  failed: how many actions were done
///          3      1  failed: which actions
///          4     16  identity; examined: count (4), rules (4), sum (8)
///         20      8  when, in seconds since 1970
///         28      4  CRC-32 of the 28 bytes before
///
/// Numbers are big-endian. The first record of a file is the header, of the kind `P`, with
/// "popbell ledger\r\n" for an identity.
enum Record: Sendable, Equatable {
  case header(version: UInt8)
  case intent(Identity)
  case fired(Identity)
  case failed(Identity, Failures)
  case givenUp(Identity)
  case committed(Identity)
  case examined(Examined)

  static let size = 32
  static let version: UInt8 = 1
  typealias Bytes = ByteBuffer<32>

  enum Flaw: Error { case checksum, kind }

  init(parsing bytes: Span<UInt8>) throws(Flaw) {
    guard bytes.count == Record.size,
      UInt64(crc32(bytes.extracting(..<28))) == bigEndian(bytes.extracting(28...))
    else { throw .checksum }
    let identity = Identity(prefixOf: bytes.extracting(4..<20))
    switch bytes[0] {
    case 0x50 where bytes.extracting(4..<20).equals(magic): self = .header(version: bytes[1])
    case 1: self = .intent(identity)
    case 2: self = .fired(identity)
    case 3:
      self = .failed(identity, Failures(attempts: bytes[1], done: bytes[2], actions: bytes[3]))
    case 4: self = .committed(identity)
    case 5: self = .givenUp(identity)
    case 6: self = .examined(Examined(parsing: bytes.extracting(4..<20)))
    default: throw .kind
    }
  }

  /// The record as it stands on disk; `time` is in seconds since 1970.
  func encoded(time: UInt64) -> Bytes {
    var bytes = Bytes()
    switch self {
    case .header(let version):
      bytes.appendHead(kind: 0x50, version)
      bytes.append(magic)
    case .intent(let identity): bytes.append(kind: 1, identity)
    case .fired(let identity): bytes.append(kind: 2, identity)
    case .failed(let identity, let failures): bytes.append(kind: 3, identity, failures)
    case .committed(let identity): bytes.append(kind: 4, identity)
    case .givenUp(let identity): bytes.append(kind: 5, identity)
    case .examined(let examined):
      bytes.appendHead(kind: 6)
      bytes.append(bigEndian: UInt64(examined.count), size: 4)
      bytes.append(bigEndian: UInt64(examined.rules), size: 4)
      bytes.append(bigEndian: examined.sum, size: 8)
    }
    bytes.append(bigEndian: time, size: 8)
    bytes.append(bigEndian: UInt64(crc32(bytes.bytes)), size: 4)
    return bytes
  }
}

private let magic: StaticString = "popbell ledger\r\n"

extension Examined {
  fileprivate init(parsing bytes: Span<UInt8>) {
    self.init(
      count: UInt32(truncatingIfNeeded: bigEndian(bytes.extracting(..<4))),
      sum: bigEndian(bytes.extracting(8...)),
      rules: UInt32(truncatingIfNeeded: bigEndian(bytes.extracting(4..<8))))
  }
}

extension ByteBuffer<32> {
  fileprivate mutating func appendHead(
    kind: UInt8, _ first: UInt8 = 0, _ second: UInt8 = 0, _ third: UInt8 = 0
  ) {
    append(kind)
    append(first)
    append(second)
    append(third)
  }

  fileprivate mutating func append(
    kind: UInt8, _ identity: Identity, _ failures: Failures = Failures()
  ) {
    appendHead(kind: kind, failures.attempts, failures.done, failures.actions)
    append(identity.bytes.span)
  }

  fileprivate mutating func append(bigEndian number: UInt64, size: Int) {
    for byte in (0..<size).reversed() {
      append(UInt8(truncatingIfNeeded: number >> UInt64(8 * byte)))
    }
  }
}

/// Up to eight bytes as a number.
func bigEndian(_ bytes: Span<UInt8>) -> UInt64 {
  var number: UInt64 = 0
  for index in bytes.indices { number = number << 8 | UInt64(bytes[index]) }
  return number
}

/// The CRC-32 of IEEE 802.3 (as in zlib and PNG), a bit at a time: a ledger has few records.
public func crc32(_ bytes: Span<UInt8>) -> UInt32 {
  var crc = CRC32()
  for index in bytes.indices { crc.update(bytes[index]) }
  return crc.value
}

public struct CRC32 {
  private var register: UInt32 = .max

  public init() {}

  public var value: UInt32 { ~register }

  public mutating func update(_ byte: UInt8) {
    register ^= UInt32(byte)
    for _ in 0..<8 {
      register = register & 1 == 0 ? register >> 1 : register >> 1 ^ 0xEDB8_8320
    }
  }
}
