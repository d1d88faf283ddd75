import Bytes
public import Config
import Ledger

// Servers that do not answer when they are asked for a message, though they answer about others.
extension Supervisor where S: ~Copyable {
  /// The polls that have to end at different headers before messages are read whole.
  private static var mostStuck: Int { 3 }
  private static var mostPassedOver: Int { 16 }
  /// The polls that one run of who polls once may need to find those out.
  static var mostTries: Int { 3 * mostPassedOver }

  /// Takes note of a poll that ended while a header was waited for: the second time, that message is passed
  /// over; where it is another each time, TOP itself may be why. One that polls once polls again at once for
  /// that, and does not wait twice for a server that is silent. Returns whether it may come further then.
  mutating func noteStuck(_ mailbox: Int, _ outcome: Outcome, now: Instant) -> Bool {
    let box = mailboxes[mailbox]
    if outcome.isPolled { box.wereStuck = [] }
    box.passesOver.endSession(isCommitted: box.poll.examined != nil)
    guard outcome == .deadline || outcome == .connectionLost, mode != .once(dryRun: true) else {
      return false
    }
    guard let stuck = box.poll.stuck else { return false }
    // What was deleted is committed first: whether this message was why, the next session tells.
    if box.poll.lostDeletions { return true }
    let isSecond = box.wereStuck.contains(stuck)
    if !isSecond { box.wereStuck.append(stuck) }
    let isSure = isSecond || mode != .service && outcome == .deadline
    // Where TOP gives no header at all, that is why, and not the message.
    if isSure ? box.poll.topFailed : box.wereStuck.count >= Self.mostStuck,
      readWhole(mailbox, now: now)
    {
      return true
    }
    guard isSure else { return true }
    guard !box.passesOver.contains(stuck), box.passesOver.count < Self.mostPassedOver else {
      return false
    }
    box.passesOver.append(stuck)
    box.nextReading = now + Mailbox.pause
    box.smallBatch = nil
    return true
  }

  /// A session ended while the answer to a DELE was waited for. The second time that counts as a refusal: the
  /// message waits for a day, and those behind it do not wait for it.
  mutating func noteStuckDeletion(_ mailbox: Int, now: Instant) {
    let box = mailboxes[mailbox]
    guard box.poll.examined == nil, let message = box.poll.stuckDeletion,
      message == box.wasStuckDeletion
    else { return }
    box.smallBatch = nil
    let words = [UInt8]("the server does not answer DELE")
    let isAlert = deletionRefused(mailbox, message, words, now: now)
    // Of what no rule takes nothing is written down: none of it is deleted until then.
    if !isAlert { box.refusesCommit = true }
  }

  /// Has all headers asked for by TOP again, once the time is over for which that was not done.
  func endPassingOver(_ mailbox: Int, now: Instant) {
    let box = mailboxes[mailbox]
    guard let next = box.nextReading, next <= now else { return }
    (box.passesOver, box.readsWhole, box.nextReading) = ([], false, nil)
  }

  private mutating func readWhole(_ mailbox: Int, now: Instant) -> Bool {
    let box = mailboxes[mailbox]
    guard settings.mailboxes[mailbox].headers == .auto, !box.readsWhole else { return false }
    (box.readsWhole, box.passesOver, box.smallBatch) = (true, [], nil)
    // The one that hangs then, too, is passed over at once.
    box.wereStuck.removeAll { $0 != box.poll.stuck }
    box.nextReading = now + Mailbox.longPause
    return true
  }

  /// The command that the headers of `mailbox` are read by.
  public func headers(of mailbox: Int) -> HeaderCommand {
    mailboxes[mailbox].readsWhole ? .retr : settings.mailboxes[mailbox].headers
  }
}
