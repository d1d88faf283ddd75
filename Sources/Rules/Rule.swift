public import Bytes

/// The fate of a message whose actions have succeeded.
public enum Disposition: Sendable, Equatable {
  case delete, keep
  /// Deletes it so long after popbell first saw it.
  case deleteAfter(Interval)
}

/// The Maildir, if any, that a message is put into before it may be deleted.
public enum Archive: Sendable, Equatable {
  /// As the mailbox says.
  case ofMailbox
  case none
  /// The absolute path of the Maildir.
  case folder([UInt8])

  public var folder: [UInt8]? {
    switch self {
    case .ofMailbox, .none: nil
    case .folder(let path): path
    }
  }
}

/// The fate of a message that a rule takes and that is too old to fire.
public enum OldMessages: Sendable, CaseIterable { case leave, delete }

/// The age over which a message does not fire any more.
public enum MaximumAge: Sendable, Equatable {
  /// A day for a rule that switches an output; none for others.
  case ofActions
  case none
  case limit(Interval)
}

/// The fate of an alert when the power went before anybody wrote down that it fired (law L2).
public enum CrashPolicy: Sendable, CaseIterable { case again, never }

/// The reason that a rule does not take a message.
public enum Mismatch: Sendable, Equatable {
  case otherMailbox
  /// The first condition that does not hold, by its place in the rule.
  case condition(Int)

  /// True if more of the rule held than of one with the mismatch `other`.
  func isNearer(than other: Mismatch) -> Bool {
    switch (self, other) {
    case (.condition(let index), .condition(let otherIndex)): index > otherIndex
    case (.condition, .otherMailbox): true
    case (.otherMailbox, .condition), (.otherMailbox, .otherMailbox): false
    }
  }
}

/// A rule: the messages that it takes, and what it does about them.
///
/// Each field begins as what holds where the configuration says nothing.
public struct Rule: Sendable {
  public var name: [UInt8]
  /// Where it begins in the configuration.
  public var line: Int
  /// The only mailbox that it is for, by its place in `Names.mailboxes`; nil for all of them.
  public var mailbox: Int?
  /// All of them must hold.
  public var conditions: [Condition] = []
  public var captures = CaptureNames()
  /// In the order in which they are done.
  public var actions: [Action] = []
  public var disposition = Disposition.delete
  public var archive = Archive.ofMailbox
  public var onCrash = CrashPolicy.again
  public var maximumAge = MaximumAge.ofActions
  public var old = OldMessages.leave
  /// The time after their first failure at which actions are given up.
  public var retryFor = Interval.seconds(86_400)
  /// Tries after the first, of actions that failed; nil for as often as `retryFor` allows.
  public var retries: Int?
  /// The longest that a program may run.
  public var timeout = Interval.seconds(30)

  public init(name: [UInt8], line: Int) {
    self.name = name
    self.line = line
  }

  /// The longest time after its delivery at which a message fires; nil where that is without end.
  public var longestAge: Interval? {
    switch maximumAge {
    case .ofActions: switchesOutput ? .seconds(86_400) : nil
    case .none: nil
    case .limit(let age): age
    }
  }

  private var switchesOutput: Bool {
    actions.contains { if case .output = $0 { true } else { false } }
  }

  /// True if rules behind it are never tried.
  public var takesEveryMessage: Bool {
    mailbox == nil && !conditions.isEmpty && conditions.allSatisfy { $0.takesEveryMessage }
  }

  /// True if it takes the message; then `context` has what its patterns captured.
  public func takes(
    _ message: borrowing some MessageFields & ~Copyable, in context: inout MatchContext
  ) -> Bool {
    mismatch(with: message, in: &context) == nil
  }

  /// The address of a receiver by which it takes the message, or, if none of its conditions is about
  /// receivers, the first; empty where there is none. What `context` has captured is lost.
  public func receiver(
    of message: borrowing some MessageFields & ~Copyable, in context: inout MatchContext
  ) -> [UInt8] {
    var receiver: [UInt8] = []
    message.forEachTo { address in
      for case .to(let pattern) in conditions where !pattern.match(address, in: &context) {
        return true
      }
      receiver.append(address)
      return false
    }
    return receiver
  }

  /// The reason that it does not take the message; nil where it does.
  public func mismatch(
    with message: borrowing some MessageFields & ~Copyable, in context: inout MatchContext
  ) -> Mismatch? {
    context.captures.removeAll()
    guard mailbox == nil || mailbox == context.mailbox else { return .otherMailbox }
    for index in conditions.indices {
      guard conditions[index].holds(for: message, in: &context) else { return .condition(index) }
    }
    return nil
  }
}

extension Disposition {
  /// In words, of what `object` names: `delete the message after 14d`.
  public func describe(_ object: StaticString, into sink: inout some ByteSink & ~Copyable) {
    switch self {
    case .delete:
      sink.write("delete")
      sink.write(object)
    case .keep:
      sink.write("keep")
      sink.write(object)
    case .deleteAfter(let time):
      sink.write("delete")
      sink.write(object)
      sink.write(" after ")
      sink.write(time)
    }
  }
}

extension Rule {
  /// The values that its programs find in their environment.
  public var variableCount: Int { AlertValue.reserved.count + captures.names.count }

  /// Adds the variable `index`, less than `variableCount`, to `sink`: `POPBELL_ZONE=kitchen`.
  ///
  /// Returns `false` where it did not fit.
  public func writeVariable(
    _ index: Int, of values: borrowing AlertValues, into sink: inout some ByteSink & ~Copyable
  ) -> Bool {
    let fixed = AlertValue.reserved.count
    let value = index < fixed ? AlertValue.reserved[index] : .capture(index - fixed)
    sink.write("POPBELL_")
    if index < fixed {
      let name = value.name
      for place in 0..<name.utf8CodeUnitCount { sink.write(variableByte(name.byte(at: place))) }
    } else {
      for byte in captures.names[index - fixed] { sink.write(variableByte(byte)) }
    }
    guard sink.write(.ascii("=")) else { return false }
    return values.write(value, of: self, into: &sink)
  }
}

/// Stands for a rule in the ledger's records: half of the CRC-32 of its name.
public func ruleWord(_ name: Span<UInt8>) -> UInt16 { UInt16(truncatingIfNeeded: crc32(name)) }
