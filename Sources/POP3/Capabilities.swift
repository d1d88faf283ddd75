internal import Bytes

/// The capabilities that a server announces in its reply to CAPA: RFC 2449 section 6.
public struct Capabilities: Equatable, Sendable {
  /// The minimum time for which a server keeps messages (EXPIRE): RFC 2449 section 6.7.
  public enum Expiry: Equatable, Sendable {
    case never
    /// 0 means that nothing may be left on the server.
    case days(UInt32)
  }

  /// True once the server has answered CAPA; otherwise the other properties are unknown rather than false.
  public internal(set) var areKnown = false
  public internal(set) var top = false
  public internal(set) var user = false
  public internal(set) var uidl = false
  public internal(set) var stls = false
  public internal(set) var mechanisms = SASLMechanisms()
  /// The names of all SASL mechanisms that the server announces, for people: as it wrote them, separated by
  /// commas, at most `Limits.mechanismNames` octets. Names that do not fit are left out.
  public internal(set) var mechanismNames: [UInt8] = []
  public internal(set) var pipelining = false
  public internal(set) var responseCodes = false
  /// True if only a refusal with `[AUTH]` blames the credential (AUTH-RESP-CODE): RFC 3206 section 5.
  public internal(set) var authResponseCode = false
  /// Minimum time between two logins, in seconds.
  public internal(set) var loginDelay: UInt32?
  /// True if each user has a delay of their own, of which `loginDelay` is the largest.
  public internal(set) var loginDelayIsPerUser = false
  public internal(set) var expiry: Expiry?
  /// True for Gmail's server, which announces X-GOOGLE-RICO.
  public internal(set) var isGmail = false

  public init() {}

  // capa-resp  = capa-tag *(SP param) CRLF                          ; RFC 2449 section 5
  //
  // Tags match in either case, as curl met a server that writes them in lower case. Unknown tags and
  // malformed numbers are ignored.
  public mutating func add(parsing line: Span<UInt8>) {
    var rest = line
    let tag = takeWord(from: &rest)
    if tag.equalsIgnoringCase("TOP") {
      top = true
    } else if tag.equalsIgnoringCase("USER") {
      user = true
    } else if tag.equalsIgnoringCase("UIDL") {
      uidl = true
    } else if tag.equalsIgnoringCase("STLS") {
      stls = true
    } else if tag.equalsIgnoringCase("SASL") {
      addMechanisms(rest)
    } else if tag.equalsIgnoringCase("PIPELINING") {
      pipelining = true
    } else if tag.equalsIgnoringCase("RESP-CODES") {
      responseCodes = true
    } else if tag.equalsIgnoringCase("AUTH-RESP-CODE") {
      authResponseCode = true
    } else if tag.equalsIgnoringCase("LOGIN-DELAY") {
      addLoginDelay(rest)
    } else if tag.equalsIgnoringCase("X-GOOGLE-RICO") {
      isGmail = true
    } else if tag.equalsIgnoringCase("EXPIRE") {
      addExpiry(rest)
    }
  }

  /// Adds what a later CAPA says. Gmail drops SASL after the login, and Oracle's server lists UIDL only
  /// before it or only after it. Of numbers, the later ones count.
  mutating func merge(_ later: Capabilities) {
    areKnown = areKnown || later.areKnown
    top = top || later.top
    user = user || later.user
    uidl = uidl || later.uidl
    stls = stls || later.stls
    mechanisms.formUnion(later.mechanisms)
    if !later.mechanismNames.isEmpty { mechanismNames = later.mechanismNames }
    pipelining = pipelining || later.pipelining
    isGmail = isGmail || later.isGmail
    responseCodes = responseCodes || later.responseCodes
    authResponseCode = authResponseCode || later.authResponseCode
    if later.loginDelay != nil {
      loginDelay = later.loginDelay
      loginDelayIsPerUser = later.loginDelayIsPerUser
    }
    expiry = later.expiry ?? expiry
  }

  private mutating func addMechanisms(_ words: Span<UInt8>) {
    var rest = words.trimmingBlanks
    while !rest.isEmpty {
      let word = takeWord(from: &rest)
      if let mechanism = SASLMechanism(named: word) { mechanisms.insert(mechanism) }
      guard mechanismNames.count + word.count + 2 <= Limits.mechanismNames else { continue }
      if !mechanismNames.isEmpty { mechanismNames += [.ascii(","), .space] }
      for index in word.indices {
        mechanismNames.append(word[index].isControl ? .ascii("?") : word[index])
      }
    }
  }

  private mutating func addLoginDelay(_ words: Span<UInt8>) {
    var rest = words
    guard let seconds = UInt32(decimal: takeWord(from: &rest)) else { return }
    loginDelay = seconds
    loginDelayIsPerUser = takeWord(from: &rest).equalsIgnoringCase("USER")
  }

  private mutating func addExpiry(_ words: Span<UInt8>) {
    var rest = words
    let word = takeWord(from: &rest)
    if word.equalsIgnoringCase("NEVER") {
      expiry = .never
    } else if let days = UInt32(decimal: word) {
      expiry = .days(days)
    }
  }
}

/// Removes the first word of `text` and the blanks before it. Returns the word; empty if there is none.
@_lifetime(copy text)
func takeWord(from text: inout Span<UInt8>) -> Span<UInt8> {
  var start = 0
  while start < text.count, text[start].isBlank { start += 1 }
  var end = start
  while end < text.count, !text[end].isBlank { end += 1 }
  let word = text.extracting(start..<end)
  text = text.extracting(end...)
  return word
}
