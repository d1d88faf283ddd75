public import Foundation

/// The date-time of RFC 5322 section 3.3 at so many seconds since 1970.
public func mailDate(_ seconds: TimeInterval) -> String {
  let formatter = DateFormatter()
  formatter.locale = Locale(identifier: "en_US_POSIX")
  formatter.timeZone = .gmt
  formatter.dateFormat = "EEE, d MMM yyyy HH:mm:ss '+0000'"
  return formatter.string(from: Date(timeIntervalSince1970: seconds))
}
