public import Bytes
internal import CPlatform

/// An IP address and a TCP port.
public struct Address: Sendable {
  var value = pb_address()

  /// "192.0.2.1:995" or "[2001:db8::1]:995".
  public var text: [UInt8] {
    var text = InlineArray<64, UInt8>(repeating: 0)
    var span = text.mutableSpan
    // SAFETY: the library writes at most `count` bytes, and keeps no pointer.
    let length = unsafe withUnsafePointer(to: value) { address in
      unsafe span.withUnsafeMutableBufferPointer { buffer in
        unsafe pb_address_text(address, buffer.baseAddress, buffer.count)
      }
    }
    return [UInt8](text.span.extracting(..<Int(length)))
  }
}

/// The answer of the process that looks up a host to the one that connects: one to eight IP addresses, in
/// the system's order of preference; or one byte, getaddrinfo's code without its sign.
public struct HostAnswer: Sendable {
  /// The most addresses, and the bytes of each.
  static let limit = 8
  static let size = Int(PB_HOST_SIZE)
  /// Has room for any.
  public typealias Buffer = ByteBuffer<256>

  private var buffer = Buffer()

  public var bytes: Span<UInt8> { buffer.bytes }

  /// Asks the system's resolver for a name, without a time limit; or takes an address in digits, and where
  /// it must be one (`isInDigits`) asks nobody.
  public init(resolving host: Span<UInt8>, isInDigits: Bool = false) {
    buffer.fill { found in
      // SAFETY: the library reads and writes within the counts, and keeps no pointer.
      let result = unsafe host.withUnsafeBufferPointer { host in
        unsafe found.withUnsafeMutableBufferPointer { found in
          unsafe pb_resolve(
            host.baseAddress, host.count, isInDigits, found.baseAddress, Self.limit * Self.size)
        }
      }
      if result > 0 { return Int(result) * Self.size }
      found[0] = UInt8(clamping: -result)
      return 1
    }
  }
}

/// The addresses of a host: at least one, and no more than eight.
public struct HostAddresses: Sendable {
  private let hosts: [UInt8]
  private let port: UInt16

  /// Takes an answer's bytes, as from a stranger.
  public init(_ answer: Span<UInt8>, port: UInt16) throws(ResolveError) {
    if answer.count == 1 { throw ResolveError(code: -Int32(answer[0])) }
    (hosts, self.port) = ([UInt8](answer), port)
    guard 1...HostAnswer.limit ~= count, hosts.count == count * HostAnswer.size else {
      throw .noAnswer
    }
    for index in 0..<count where address(index) == nil { throw .noAnswer }
  }

  public var count: Int { hosts.count / HostAnswer.size }
  public subscript(index: Int) -> Address { address(index)! }

  private func address(_ index: Int) -> Address? {
    var address = Address()
    // SAFETY: the library reads the bytes of one, and keeps no pointer.
    let isAddress = unsafe hosts.span.extracting(droppingFirst: index * HostAnswer.size)
      .withUnsafeBufferPointer { unsafe pb_address_make($0.baseAddress, port, &address.value) }
    return isAddress ? address : nil
  }
}

/// Why a host has no address.
public enum ResolveError: Error, Equatable, Sendable {
  /// The name servers do not answer: the network may not be up yet.
  case tryAgain
  /// There is no such name, or it has no address.
  case notFound
  /// Anything else, by getaddrinfo's code.
  case other(Int32)
  /// The process that looks it up has ended without an answer, or with one that is none.
  case noAnswer

  init(code: Int32) {
    self =
      switch Int(pb_resolve_failure(code)) {
      case PB_RESOLVE_TRY_AGAIN: .tryAgain
      case PB_RESOLVE_NOT_FOUND: .notFound
      default: .other(code)
      }
  }

  /// For people.
  public var text: [UInt8] {
    switch self {
    case .tryAgain: [UInt8]("the name servers do not answer")
    case .notFound: [UInt8]("no such host")
    case .other(let code):
      // SAFETY: the library returns a literal.
      unsafe [UInt8](ofText: pb_resolve_text(code))
    case .noAnswer: [UInt8]("the process that looks up names gave no answer")
    }
  }
}
