internal import Bytes

/// What a server says it can do: RFC 2449 section 6.
public struct Capabilities: Equatable, Sendable {
  /// How long a server keeps messages: RFC 2449 section 6.7.
  public enum Expiry: Equatable, Sendable {
    case never
    /// 0 means that nothing may be left on the server.
    case days(UInt32)
  }

  /// Whether the server answered CAPA at all; without it, the rest is unknown rather than false.
  public internal(set) var areKnown = false
  public internal(set) var top = false
  public internal(set) var user = false
  public internal(set) var uidl = false
  public internal(set) var stls = false
  public internal(set) var mechanisms = SASLMechanisms()
  /// The names of all its SASL mechanisms, for people: as it wrote them, between commas, cut to
  /// `Limits.mechanismNames` octets.
  public internal(set) var mechanismNames: [UInt8] = []
  public internal(set) var pipelining = false
  public internal(set) var responseCodes = false
  /// A login refused without `[AUTH]` is no fault of the credential: RFC 3206 section 5.
  public internal(set) var authResponseCode = false
  /// Seconds between two logins.
  public internal(set) var loginDelay: UInt32?
  /// Each user has a delay of their own, and `loginDelay` is the largest.
  public internal(set) var loginDelayIsPerUser = false
  public internal(set) var expiry: Expiry?
  /// True for Gmail's server, which announces X-GOOGLE-RICO.
  public internal(set) var isGmail = false

  public init() {}

  // capa-resp  = capa-tag *(SP param) CRLF                          ; RFC 2449 section 5
  //
  // Tags may be of either case; curl met a server that writes them small. What is unknown is passed
  // over, and so is a number that is none.
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

  /// Takes what a later CAPA says beside what an earlier one said: Gmail drops SASL after the
  /// login, Oracle's server lists UIDL only before it or only after it. Later numbers count.
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

/// Takes the first word off `text`, and the blanks before it; nothing where there is none.
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
