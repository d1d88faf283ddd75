import Bytes
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

/// The addresses of a host: at least one, and no more than 16, the system's favourite first.
public struct AddressList: Sendable {
  private var addresses: [Address] = []

  /// Asks the system's resolver for a name, or takes an address in digits. Has no time limit.
  public init(resolving host: Span<UInt8>, port: UInt16) throws(ResolveError) {
    var found = [pb_address](repeating: pb_address(), count: 16)
    var code: Int32 = 0
    // SAFETY: the library reads and writes within the counts, and keeps no pointer.
    let result = unsafe host.withUnsafeBufferPointer { host in
      unsafe found.withUnsafeMutableBufferPointer { addresses in
        unsafe pb_resolve(
          host.baseAddress, host.count, port, addresses.baseAddress, addresses.count, &code)
      }
    }
    switch Int(result) {
    case 1...: addresses = found.prefix(Int(result)).map { Address(value: $0) }
    case PB_RESOLVE_TRY_AGAIN: throw .tryAgain
    case 0, PB_RESOLVE_NOT_FOUND: throw .notFound
    default: throw .other(code)
    }
  }

  public var count: Int { addresses.count }
  public subscript(index: Int) -> Address { addresses[index] }
}

/// Why a host has no address.
public enum ResolveError: Error, Equatable, Sendable {
  /// The name servers do not answer: the network may not be up yet.
  case tryAgain
  /// There is no such name, or it has no address.
  case notFound
  /// Anything else, by getaddrinfo's code.
  case other(Int32)

  /// For people.
  public var text: [UInt8] {
    switch self {
    case .tryAgain: [UInt8]("the name servers do not answer")
    case .notFound: [UInt8]("no such host")
    case .other(let code):
      // SAFETY: the library returns a literal.
      unsafe [UInt8](ofText: pb_resolve_text(code))
    }
  }
}
