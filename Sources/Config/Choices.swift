public import Rules

// The values of keys with a fixed choice: each case has its word in the file.

/// How the connection is protected.
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
  /// TOP, or RETR if the server refuses TOP.
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

/// What happens to a message that no rule takes.
public enum Unmatched: Word {
  case leave, delete

  public var word: StaticString {
    switch self {
    case .leave: "leave"
    case .delete: "delete"
    }
  }
}

/// What happens to messages that are there at the first poll.
public enum Existing: Word {
  /// Messages delivered in the last hour fire.
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

/// The place of the record of what has fired.
public enum LedgerPolicy: Word {
  case disk
  /// In memory only.
  case none

  public var word: StaticString {
    switch self {
    case .disk: "disk"
    case .none: "none"
    }
  }

  /// The disadvantage of the choice, for `check`; nil if there is none.
  public var warning: StaticString? {
    self == .disk ? nil : "after a restart, what is still on the server fires again"
  }
}

/// The use of CAPA, on which some servers hang.
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
