public import Rules

// What settings choose from: each case stands beside its word.

/// The protection of the connection.
public enum TLSMode: Word {
  case implicit, startTLS, none

  public var word: StaticString {
    switch self {
    case .implicit: "implicit"
    case .startTLS: "starttls"
    case .none: "none"
    }
  }
}

/// The login mechanism.
public enum Authentication: Word {
  case auto
  /// AUTH PLAIN with the response in the command.
  case plain
  /// AUTH PLAIN with the response in a line of its own.
  case plainChallenge
  case user, apop

  public var word: StaticString {
    switch self {
    case .auto: "auto"
    case .plain: "plain"
    case .plainChallenge: "plain-challenge"
    case .user: "user"
    case .apop: "apop"
    }
  }
}

/// The command that headers are read by.
public enum HeaderCommand: Word {
  /// TOP; RETR where that is refused.
  case auto
  case top, retr

  public var word: StaticString {
    switch self {
    case .auto: "auto"
    case .top: "top"
    case .retr: "retr"
    }
  }
}

/// The fate of a message that no rule takes.
public enum Unmatched: Word {
  case leave, delete

  public var word: StaticString {
    switch self {
    case .leave: "leave"
    case .delete: "delete"
    }
  }
}

/// What becomes of the mail that is there at the first poll.
public enum Existing: Word {
  /// What was delivered in the last hour fires.
  case recent
  case fire, leave

  public var word: StaticString {
    switch self {
    case .recent: "recent"
    case .fire: "fire"
    case .leave: "leave"
    }
  }
}

extension OldMessages: Word {
  public var word: StaticString {
    switch self {
    case .leave: "leave"
    case .delete: "delete"
    }
  }
}

/// The place where the record of what has fired is kept.
public enum LedgerPolicy: Word {
  case disk
  /// In memory alone.
  case none

  public var word: StaticString {
    switch self {
    case .disk: "disk"
    case .none: "none"
    }
  }

  /// A warning for the owner; nil where there is nothing to warn of.
  public var warning: StaticString? {
    self == .disk ? nil : "after a restart, what is still on the server fires again"
  }
}

/// The use of CAPA: some servers hang when they are asked what they can do.
public enum CapabilityPolicy: Word {
  case ask, skip

  public var word: StaticString {
    switch self {
    case .ask: "ask"
    case .skip: "skip"
    }
  }
}

public enum Bias: Word {
  case asIs, disabled, pullUp, pullDown

  public var word: StaticString {
    switch self {
    case .asIs: "as-is"
    case .disabled: "disabled"
    case .pullUp: "pull-up"
    case .pullDown: "pull-down"
    }
  }
}

public enum Drive: Word {
  case pushPull, openDrain, openSource

  public var word: StaticString {
    switch self {
    case .pushPull: "push-pull"
    case .openDrain: "open-drain"
    case .openSource: "open-source"
    }
  }
}

extension CrashPolicy: Word {
  public var word: StaticString {
    switch self {
    case .again: "again"
    case .never: "never"
    }
  }
}

enum YesNo: Word {
  case yes, no

  var word: StaticString {
    switch self {
    case .yes: "yes"
    case .no: "no"
    }
  }
}

enum CaseChoice: Word {
  case ignore, sensitive

  var word: StaticString {
    switch self {
    case .ignore: "ignore"
    case .sensitive: "sensitive"
    }
  }
}

enum ActiveLevel: Word {
  case high, low

  var word: StaticString {
    switch self {
    case .high: "high"
    case .low: "low"
    }
  }
}

enum InitialState: Word {
  case inactive, active

  var word: StaticString {
    switch self {
    case .inactive: "inactive"
    case .active: "active"
    }
  }
}
