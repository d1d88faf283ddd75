import Ledger
import POP3

/// The order in which a session asks for what it needs.
extension Fetcher where MD5: ~Copyable, SHA256: ~Copyable {
  /// Sends what can be sent: a deletion first, then requests for as many messages as the window
  /// takes. Until TOP has worked once, where a message is to be passed over, and after a cut, one at a time; and none
  /// while it is not known whether the batch is full, or what became of the messages of a listing, where
  /// only others are left.
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

  /// What asks for the header of `message`.
  func headerCommand(_ message: Int) -> Command {
    hasTop == false || rereading == message ? .retr(message) : .top(message)
  }

  /// Passes over what a listing showed to need no look.
  mutating func advance() {
    guard let due else { return }
    next = Int(due.next ?? listedCount + 1)
    if due.next == nil { self.due = nil }
  }

  /// Asks for `message` again, and for all behind it.
  mutating func goBack(to message: Int) {
    uniqueIDIsAsked = false
    if message <= Int(listedCount), var again = listed {
      again.skip(to: message)
      due = again
    }
    next = message
  }
}
