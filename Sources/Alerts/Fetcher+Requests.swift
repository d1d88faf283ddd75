import Ledger
import POP3

/// The order in which a session requests headers and sends deletions.
extension Fetcher where MD5: ~Copyable, SHA256: ~Copyable {
  /// Sends what may be sent now: a pending deletion first, then requests for as many messages as the window
  /// takes. Requests go one at a time until TOP has worked once, if a message is to be passed over, and after
  /// a cut session. Nothing is requested while it is open whether the batch is full or, if only unlisted
  /// messages are left, what became of the listed ones.
  mutating func pump<Sink: FrameSink & ~Copyable>(_ sink: inout Sink) {
    while case .fetching = state, session.canSend {
      if isRewinding, let rereading {
        guard session.awaiting == nil else { return }
        isRewinding = false
        goBack(to: rereading)
      }
      if let deletion {
        self.deletion = nil
        deletions.append(deletion)
        session.send(.dele(deletion.number))
        deletionCount += 1
        continue
      }
      if deletionCount >= batch, next <= count {
        guard deletions.isEmpty else { return }
        stopAsking()
      }
      if next > count {
        guard session.awaiting == nil else { return }
        archiveOrQuit(&sink)
      } else if session.awaiting != nil
        && (!settings.known.stuck.isEmpty || settings.known.wasCut
          || !uniqueIDIsAsked && (hasTop == nil || next == Int(listedCount) + 1))
      {
        return
      } else {
        request(&sink)
      }
    }
  }

  private mutating func request<Sink: FrameSink & ~Copyable>(_ sink: inout Sink) {
    let isPassedOver = passesOver(next, &sink)
    if hasUniqueIDOfEach && !uniqueIDIsAsked && !isPassedOver {
      session.send(.uidl(next))
      uniqueIDIsAsked = true
    } else {
      if !isPassedOver {
        session.send(headerCommand(next))
      }
      uniqueIDIsAsked = false
      if let due, Int(due.next ?? 0) == next { self.due?.removeFirst() }
      next += 1
      advance()
    }
  }

  /// The command that reads the header of `message`: TOP, or RETR if TOP does not work.
  func headerCommand(_ message: Int) -> Command {
    hasTop == false || rereading == message ? .retr(message) : .top(message)
  }

  /// Moves `next` to the next message that the listing found due, or behind the listing if none is left.
  mutating func advance() {
    guard let due else { return }
    next = Int(due.next ?? listedCount + 1)
    if due.next == nil { self.due = nil }
  }

  /// Requests `message` and all messages behind it again.
  mutating func goBack(to message: Int) {
    uniqueIDIsAsked = false
    if message <= Int(listedCount), var again = listed {
      again.skip(to: message)
      due = again
    }
    next = message
  }
}
