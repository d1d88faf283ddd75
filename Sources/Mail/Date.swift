import Bytes

/// A point in time as RFC 5322 writes it, from 1900 to 9999.
public struct Date: Sendable, Equatable, Comparable {
  /// Seconds since 1970-01-01 00:00 UTC, leap seconds not counted; negative before that.
  public var secondsSince1970: Int64
  /// False if the text gives no zone with a certain meaning; the actual time is then no later than this one.
  public private(set) var hasZone = true

  public init(secondsSince1970: Int64) { self.secondsSince1970 = secondsSince1970 }

  public static func < (left: Date, right: Date) -> Bool {
    left.secondsSince1970 < right.secondsSince1970
  }

  // date-time = [ day-of-week "," ] date time [CFWS]             ; RFC 5322 sections 3.3, 4.3
  /// Parses a date that is the whole of `text`; the day of the week is ignored, right or wrong.
  public init(parsing text: Span<UInt8>) throws(FieldError) {
    var scanner = FieldScanner(text)
    try scanner.skipBlanksAndComments()
    if scanner.next?.isLetter == true {
      _ = try scanner.word()
      try scanner.skipBlanksAndComments()
      try scanner.expect(",")
      try scanner.skipBlanksAndComments()
    }
    let days = try scanner.days()
    try scanner.skipBlanksAndComments()
    let seconds = try scanner.secondsOfDay()
    try scanner.skipBlanksAndComments()
    let zone = try scanner.zone()
    hasZone = zone != nil
    try scanner.skipBlanksAndComments()
    guard scanner.next == nil else { throw scanner.error(.unexpectedByte) }
    // The text may be from the zone in which a day ends last: a message must not look older than it is, and
    // one from last year is old in any zone.
    secondsSince1970 = days * 86400 + seconds - (zone ?? -12 * 3600)
  }
}

extension FieldScanner {
  // date = day month year
  /// Days since 1970-01-01.
  @_lifetime(self: copy self)
  fileprivate mutating func days() throws(FieldError) -> Int64 {
    let start = offset
    let day = try number(digits: 1...2, in: 1...31)
    try skipBlanksAndComments()
    let monthStart = offset
    guard let month = indexOfName(try word(), in: "janfebmaraprmayjunjulaugsepoctnovdec") else {
      throw FieldError(reason: .outOfRange, offset: monthStart)
    }
    try skipBlanksAndComments()
    let year = try year()
    guard day <= dayCount(ofMonth: month + 1, year: year) else {
      throw FieldError(reason: .outOfRange, offset: start)
    }
    return daysSince1970(year: year, month: month + 1, day: day)
  }

  // year = (FWS 4*DIGIT FWS) / ([CFWS] 2*DIGIT [CFWS])
  // Two-digit years below 50 are in 2000, other two-digit and three-digit years in 1900: section 4.3.
  @_lifetime(self: copy self)
  private mutating func year() throws(FieldError) -> Int64 {
    let start = offset
    let year = try number(digits: 2...4, in: 0...9999)
    switch offset - start {
    case 2 where year < 50: return 2000 + year
    case 2, 3: return 1900 + year
    default:
      guard year >= 1900 else { throw FieldError(reason: .outOfRange, offset: start) }
      return year
    }
  }

  // time-of-day = hour ":" minute [ ":" second ]
  @_lifetime(self: copy self)
  fileprivate mutating func secondsOfDay() throws(FieldError) -> Int64 {
    let hour = try number(digits: 1...2, in: 0...23)
    try expectColon()
    let minute = try number(digits: 2...2, in: 0...59)
    try skipBlanksAndComments()
    guard next == .ascii(":") else { return hour * 3600 + minute * 60 }
    try expectColon()
    return try hour * 3600 + minute * 60 + number(digits: 2...2, in: 0...60)
  }

  @_lifetime(self: copy self)
  private mutating func expectColon() throws(FieldError) {
    try skipBlanksAndComments()
    try expect(":")
    try skipBlanksAndComments()
  }

  // zone = (FWS ( "+" / "-" ) 4DIGIT) / (FWS obs-zone)
  //
  /// Seconds east of Greenwich; nil without a zone, and for names without a certain meaning (military
  /// letters, "CET").
  @_lifetime(self: copy self)
  fileprivate mutating func zone() throws(FieldError) -> Int64? {
    guard next != nil else { return nil }
    if let sign = next, sign == .ascii("+") || sign == .ascii("-") {
      offset += 1
      let hours = try number(digits: 2...2, in: 0...23)
      let seconds = try hours * 3600 + number(digits: 2...2, in: 0...59) * 60
      return sign == .ascii("-") ? -seconds : seconds
    }
    let name = try word()
    if name.equalsIgnoringCase("z") || name.equalsIgnoringCase("ut") { return 0 }
    if name.equalsIgnoringCase("gmt") || name.equalsIgnoringCase("utc") { return 0 }
    // Each zone's summer time is its eastern neighbour's winter time.
    guard let index = indexOfName(name, in: "edtestcdtcstmdtmstpdtpst") else { return nil }
    return -3600 * (4 + (index + 1) / 2)
  }

  /// The letters that come next, at least one.
  @_lifetime(copy self)
  @_lifetime(self: copy self)
  fileprivate mutating func word() throws(FieldError) -> Span<UInt8> {
    let start = offset
    while next?.isLetter == true { offset += 1 }
    guard offset > start else { throw error(.unexpectedByte) }
    return text.extracting(start..<offset)
  }

  /// The number that comes next, of as many `digits` and in `range`; `digits` must not end above 4.
  @_lifetime(self: copy self)
  private mutating func number(
    digits: ClosedRange<Int>, in range: ClosedRange<Int64>
  ) throws(FieldError) -> Int64 {
    let start = offset
    var number: Int64 = 0
    while let byte = next, byte.isDigit, offset - start < digits.upperBound {
      number = number * 10 + Int64(byte & 0x0F)
      offset += 1
    }
    guard digits.contains(offset - start) else { throw error(.unexpectedByte) }
    guard range.contains(number) else { throw FieldError(reason: .outOfRange, offset: start) }
    return number
  }
}

/// Index of the three-letter `name` in `names`; nil if it is not there.
private func indexOfName(_ name: Span<UInt8>, in names: StaticString) -> Int64? {
  guard name.count == 3 else { return nil }
  for start in stride(from: 0, to: names.utf8CodeUnitCount, by: 3)
  where (0..<3).allSatisfy({ name[$0].lowercased == names.byte(at: start + $0) }) {
    return Int64(start / 3)
  }
  return nil
}

private func dayCount(ofMonth month: Int64, year: Int64) -> Int64 {
  switch month {
  case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
  case 4, 6, 9, 11: 30
  default: 31
  }
}

/// Days since 1970-01-01. Years begin in March, so that a leap day is the last day of its year.
private func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
  let years = month > 2 ? year : year - 1
  let months = month > 2 ? month - 3 : month + 9
  let leapDays = years / 4 - years / 100 + years / 400
  // 153 days in the five months from March as from August; 719,469 from year 0's 1 March to 1970.
  return years * 365 + leapDays + (153 * months + 2) / 5 + day - 719_469
}
