public import Bytes

/// What happens to a message whose actions have succeeded.
public enum Disposition: Sendable, Equatable {
  case delete, keep
  /// Deletes the message this long after its alert fired.
  case deleteAfter(Interval)
}

/// The Maildir to which a message is copied before it may be deleted.
public enum Archive: Sendable, Equatable {
  /// That of the mailbox's settings.
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

/// What happens to a message that a rule takes, but that is too old to fire.
public enum OldMessages: Sendable, CaseIterable { case leave, delete }

/// The maximum age of a message that fires.
public enum MaximumAge: Sendable, Equatable {
  /// A day if the rule switches an output; no limit otherwise.
  case ofActions
  case none
  case limit(Interval)
}

/// What happens after power failed while an alert's actions ran, before their result was recorded (law L2).
public enum CrashPolicy: Sendable, CaseIterable { case again, never }

/// Why a rule does not take a message.
public enum Mismatch: Sendable, Equatable {
  case otherMailbox
  /// The first condition that does not hold, by its index in the rule.
  case condition(Int)

  /// True if more conditions of this rule held than of one with the mismatch `other`.
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
/// The initial value of each property is the default of the configuration.
public struct Rule: Sendable {
  public var name: [UInt8]
  /// The line on which the rule begins in the configuration.
  public var line: Int
  /// Index in `Names.mailboxes` of the only mailbox that the rule applies to; nil for all mailboxes.
  public var mailbox: Int?
  /// The conditions, all of which must hold.
  public var conditions: [Condition] = []
  public var captures = CaptureNames()
  /// The actions, in the order in which they are carried out.
  public var actions: [Action] = []
  public var disposition = Disposition.delete
  public var archive = Archive.ofMailbox
  public var onCrash = CrashPolicy.again
  public var maximumAge = MaximumAge.ofActions
  public var old = OldMessages.leave
  /// The time after the first failure at which the actions are given up.
  public var retryFor = Interval.seconds(86_400)
  /// Maximum number of attempts after the first failure; nil for no limit but `retryFor`.
  public var retries: Int?
  /// Maximum duration of a program.
  public var timeout = Interval.seconds(30)

  public init(name: [UInt8], line: Int) {
    self.name = name
    self.line = line
  }

  /// Maximum age at which a message fires; nil for no limit.
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

  /// True if the rule takes every message, so that rules behind it are never tried.
  public var takesEveryMessage: Bool {
    mailbox == nil && !conditions.isEmpty && conditions.allSatisfy { $0.takesEveryMessage }
  }

  /// True if the rule takes the message; `context` then has the captures of its patterns.
  public func takes(
    _ message: borrowing some MessageFields & ~Copyable, in context: inout MatchContext
  ) -> Bool {
    mismatch(with: message, in: &context) == nil
  }

  /// The receiver's address for which the rule takes the message or, if no condition is about receivers, the
  /// first; empty if there is none. Overwrites the captures in `context`.
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

  /// Why the rule does not take the message; nil if it does.
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
  /// Writes the disposition in words; `object` is the text for the message: `delete the message after 14d`.
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
  /// Number of environment variables that the rule's programs receive.
  public var variableCount: Int { AlertValue.reserved.count + captures.names.count }

  /// Writes the environment variable `index`, which must be less than `variableCount`:
  /// `POPBELL_ZONE=kitchen`.
  ///
  /// Returns `false` if it did not fit.
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

/// 16-bit hash of a rule's name, for the ledger's records: half of its CRC-32.
public func ruleWord(_ name: Span<UInt8>) -> UInt16 { UInt16(truncatingIfNeeded: crc32(name)) }
