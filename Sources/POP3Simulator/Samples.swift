public import Foundation

extension Message {
  /// Alerts as real devices send them, and one message that no rule should take. Sent at another
  /// time, they are other messages.
  public static func samples(
    to recipient: String = "alerts@example.net", at date: Date = .now
  ) -> [Message] {
    let run = String(UInt64(max(0, date.timeIntervalSince1970 * 1000)), radix: 36)
    return samples.enumerated().map { index, sample in
      let stamp = mailDate(date.addingTimeInterval(Double(index)))
      let text = """
        Return-Path: <\(sample.sender)>
        Received: from \(sample.host) (\(sample.host) [192.0.2.\(index + 10)])
        \tby mx.example.net with ESMTPS id 4XyZ\(index); \(stamp)
        Authentication-Results: mx.example.net; spf=pass smtp.mailfrom=\(sample.sender)
        Date: \(stamp)
        From: \(sample.from)
        To: <\(recipient)>
        Subject: \(sample.subject)
        Message-ID: <\(run).\(index + 1)@\(sample.host)>
        MIME-Version: 1.0
        Content-Type: text/plain; charset=utf-8
        Content-Transfer-Encoding: 8bit

        \(sample.body)
        """
      return Message(uid: "\(run)-\(index + 1)", text)
    }
  }

  private struct Sample {
    let sender: String
    let name: String
    let subject: String
    let body: String

    var host: String { sender.split(separator: "@").last.map(String.init) ?? "" }
    var from: String { name + " <" + sender + ">" }
  }

  private static let samples = [
    Sample(
      sender: "panel@panel.example.net", name: "Alarm panel",
      subject: "ALARM zone 12 front door",
      body: "Partition 1 is armed.\nZone 12 (front door) was opened.\n.. end of report ..\n"),
    Sample(
      sender: "ups@ups.example.net", name: "UPS in the cellar",
      subject: "UPS on battery",
      body: "Input voltage: 0 V\nLoad: 23 %\nRuntime left: 41 min\n"),
    Sample(
      sender: "camera3@cameras.example.net", name: "\"Camera 3, driveway\"",
      subject: "Motion detected: driveway",
      body: "Event type: motion\nChannel: 3\n"),
    Sample(
      sender: "root@nas.example.net", name: "mdadm monitoring",
      subject: "DegradedArray event on /dev/md0:nas",
      body:
        "A DegradedArray event was detected on md device /dev/md0.\n\nmd0 : active raid1 sda1[0]\n"),
    Sample(
      sender: "backup@nas.example.net", name: "Backup",
      subject: "Backup FAILED: photos (exit code 23)",
      body: "rsync: some files could not be transferred (code 23)\n"),
    // In two encoded words: "Türklingel: jemand ist an der Tür"
    Sample(
      sender: "doorbell@bell.example.net", name: "=?UTF-8?Q?T=C3=BCrklingel?=",
      subject: "=?UTF-8?B?VMO8cmtsaW5nZWw6IGplbWFuZCA=?=\n =?UTF-8?B?aXN0IGFuIGRlciBUw7xy?=",
      body: "Es hat geklingelt.\n"),
    Sample(
      sender: "plc@line2.example.net", name: "Line 2",
      subject: "Temperature high: oven 2 at 261 C",
      body: "Setpoint 240 C, limit 255 C.\n"),
    Sample(
      sender: "news@shop.example.com", name: "The Shop",
      subject: "This week only: 20 % off garden furniture",
      body: "Dear customer,\n\nspring is near.\n"),
  ]
}

/// date-time, RFC 5322 section 3.3.
private func mailDate(_ date: Date) -> String {
  let formatter = DateFormatter()
  formatter.locale = Locale(identifier: "en_US_POSIX")
  formatter.timeZone = .gmt
  formatter.dateFormat = "EEE, d MMM yyyy HH:mm:ss '+0000'"
  return formatter.string(from: date)
}
