internal import Bytes

/// A command that the caller may send once the session is ready: RFC 1939 sections 5 to 7.
///
/// A message number is 1 to `Limits.messages`.
public enum Command: Equatable, Sendable {
  case stat
  /// The unique-ids of all messages, or of one.
  case uidl(Int?)
  /// The sizes of all messages, or of one.
  case list(Int?)
  /// The header of a message: `TOP n 0`.
  case top(Int)
  case retr(Int)
  case dele(Int)
  case noop
  case rset
  case quit

  func write(to output: inout Output) {
    switch self {
    case .stat: output.append("STAT")
    case .uidl(let message): write("UIDL", message, to: &output)
    case .list(let message): write("LIST", message, to: &output)
    case .top(let message):
      write("TOP", message, to: &output)
      output.append(" 0")
    case .retr(let message): write("RETR", message, to: &output)
    case .dele(let message): write("DELE", message, to: &output)
    case .noop: output.append("NOOP")
    case .rset: output.append("RSET")
    case .quit: output.append("QUIT")
    }
    output.append("\r\n")
  }

  private func write(_ keyword: StaticString, _ message: Int?, to output: inout Output) {
    output.append(keyword)
    guard let message else { return }
    precondition(message >= 1 && message <= Limits.messages, "no such message number")
    output.append(" ")
    output.append(decimal: UInt64(message))
  }
}

/// The commands that wait for their reply, oldest first.
struct CommandWindow: Sendable {
  private struct Sent {
    var command: Command
    var octets: Int
  }

  // An array, as access to an entry of an inline array would copy all of it.
  private var ring = [Sent](
    repeating: Sent(command: .noop, octets: 0), count: Limits.window)
  private var start = 0
  private var octets = 0
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }
  var isFull: Bool { count == Limits.window }
  var endsInQuit: Bool { !isEmpty && ring[(start + count - 1) % Limits.window].command == .quit }
  var first: Command? { isEmpty ? nil : ring[start].command }

  /// The octets of all commands but the oldest.
  var octetsBehindFirst: Int { isEmpty ? 0 : octets - ring[start].octets }

  mutating func append(_ command: Command, octets length: Int) {
    precondition(!isFull)
    ring[(start + count) % Limits.window] = Sent(command: command, octets: length)
    octets += length
    count += 1
  }

  mutating func removeFirst() {
    precondition(!isEmpty)
    octets -= ring[start].octets
    start = (start + 1) % Limits.window
    count -= 1
  }
}
