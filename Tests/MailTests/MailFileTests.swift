import Bytes
import Mail
import TestSupport
import Testing

/// A file of Tests/Fixtures/mail, and what it says.
struct MailFile: Sendable, CustomTestStringConvertible {
  var name: String
  var subject: String
  var from: String?
  var to: [String]
  var messageID: String
  var testDescription: String { name }

  init(
    _ name: String, _ subject: String, _ from: String?, to: [String] = ["alarms@example.net"],
    _ messageID: String
  ) {
    (self.name, self.subject, self.from, self.to, self.messageID) = (
      name, subject, from, to, messageID
    )
  }

  static let all = [
    MailFile(
      "nagios-service-critical", "** PROBLEM Service Alert: db1/PostgreSQL is CRITICAL **",
      "nagios@monitor.example.net", "<4Xr1c81mNvz3f@monitor.example.net>"),
    MailFile(
      "icinga-host-down", "[PROBLEM] Host switch-hall-2 is DOWN!", "icinga@icinga.example.org",
      "<202611111740.5ABHe8Rg021336@icinga.example.org>"),
    MailFile(
      "zabbix-problem-utf8-base64",
      "PROBLEM: Free disk space is less than 20% on volume /var — srv-fileserver-03.example.net",
      "zabbix@example.net", "<18d3f1a6c0e7.20261112070540@zabbix.example.net>"),
    MailFile(
      "alertmanager-firing",
      "[FIRING:2] NodeFilesystemAlmostOutOfSpace (node-exporter prod critical)",
      "alertmanager@prom.example.com", "<1763035231004125871.4711209983321@prom.example.com>"),
    MailFile(
      "apcupsd-on-battery", "UPS rack1-smart1500 Power Failure !!!", "root@rack1.example.net",
      "<4XvN1j6r2Bz8h@rack1.example.net>"),
    MailFile(
      "nut-upsmon-low-battery", "NUT: UPS eaton@localhost battery is low", "nut@nas.example.org",
      "<E1tBcdE-0002kL-1q@nas.example.org>"),
    MailFile(
      "apc-network-card",
      "Warning: UPS: On battery power in response to rapid change of input. (0x0109)",
      "ups2@example.net", ""),
    MailFile(
      "ip-camera-motion-jpeg", "Motion Detected: Camera 01 (Yard)", "cam-yard@example.net",
      "<20261114224701.0001.camyard@example.net>"),
    MailFile(
      "nvr-video-loss", "NVR: Embedded Net DVR: Video Signal Lost On Channel D5", "nvr@example.org",
      to: ["alarms@example.net", "desk@example.net"], "<0a1b2c3d-15112026010208@nvr.example.org>"),
    MailFile(
      "alarm-panel-zone", "ALARM zone 12 front door", "alarm@panel.example.net",
      "<1763173.12.0042@panel.example.net>"),
    MailFile("plc-tank-level", "TANK 3 LEVEL HIGH-HIGH 98.2%", "plc7@example.com", ""),
    MailFile(
      "cron-daemon",
      "Cron <root@backup> test -x /usr/sbin/anacron || ( cd / && run-parts --report /etc/cron.daily )",
      "root@backup.example.net", "<4Xw5B86LQNzJm@backup.example.net>"),
    MailFile(
      "mdadm-degraded-array", "DegradedArray event on /dev/md0:nas", "root@nas.example.net",
      "<4Xw7P71GvTzLn@nas.example.net>"),
    MailFile(
      "smartd-error", "SMART error (CurrentPendingSector) detected on host: nas",
      "root@nas.example.net", "<20261115090012.GA31337@nas.example.net>"),
    MailFile(
      "fail2ban-ban", "[Fail2Ban] sshd: banned 203.0.113.99 from www", "fail2ban@www.example.org",
      "<4XwBqf3SPvzPr@www.example.org>"),
    MailFile(
      "veeam-backup-failed", "[Failed] Daily VMs (3 VMs) 1 failed", "backup@example.com",
      to: ["alarms@example.net", "it-desk@example.com"],
      "<5C0A7D9E41B24F6F9E1D5C53B8C1E2A7@vbr01.example.com>"),
    MailFile(
      "borg-backup-finished", "borg create: rc 1 (warning), archive backup-2026-11-15T14:00",
      "borg@backup.example.net", to: ["alarms@example.net", "night@example.net"],
      "<borg.1763212807.20551@backup.example.net>"),
    MailFile(
      "mailing-list-wrapped", "[plant-alerts] Boiler 1: flame failure",
      "plant-alerts@lists.example.org", to: ["plant-alerts@lists.example.org"],
      "<boiler-00417@example.com>"),
    MailFile(
      "utf8-base64-subject", "Klingel: Haustür wurde geöffnet 🚪", "door@example.org",
      "<door.7781@example.org>"),
    MailFile(
      "utf8-quoted-folded-subject",
      "Alerte température élevée : chambre froide n° 2 à +9,5 °C depuis 15 minutes",
      "vigie@example.org", "<vigie-2026-11-15-0097@example.org>"),
    MailFile(
      "latin1-quoted-german", "Störung: Kesseldruck zu niedrig, bitte prüfen!",
      "heizung@example.net", "<f1ea.0007@heizung.example.net>"),
    MailFile(
      "windows-1251-base64-russian", "Авария: низкое давление, насос № 2 остановлен",
      "asu@example.com", "<001a01dc5790$0f3c2b60$2db48220$@example.com>"),
    MailFile(
      "koi8-r-base64-russian", "Внимание! Сработала пожарная сигнализация, этаж 4",
      "ats@example.org", "<20261115214407.GB1204@ats.example.org>"),
    MailFile(
      "latin2-quoted-polish", "Włamanie! Czujnik ruchu: wejście główne, piętro 1",
      "stroz@example.com", "<stroz.00113@magazyn.example.com>"),
    MailFile(
      "windows-1250-base64-czech", "Porucha čerpadla č. 3 – příliš žluťoučký kůň",
      "vodarna@example.org", "<vodarna-3-998@example.org>"),
    MailFile(
      "latin9-quoted-euro", "Caisse n°4 ouverte : écart de 120 €, cœur de magasin",
      "caisse@example.com", "<caisse.4.77@example.com>"),
    MailFile(
      "windows-1252-smart-quotes", "FW: “Gate 2” won’t close – €50 call-out…",
      "facility@example.com", "<AM0PR0100MB5150A1B2C3D4E5F6@AM0PR0100MB5150.example.com>"),
    MailFile(
      "outlook-character-split-over-two-words", "警報: 第２倉庫の扉が開いています (Türkontakt)",
      "soko@example.com", "<DB9PR02MB7001F00D@DB9PR02MB7001.example.com>"),
    MailFile(
      "iso-2022-jp", "ALARM 7 異常", "kanshi@example.org",
      "<kanshi.7.20261116@example.org>"),
    MailFile("raw-8bit-subject", "Übertemperatur Kühlraum 3", "logger@example.net", ""),
    MailFile(
      "gb2312-character-split-over-two-words", "【报警】2号仓大门未关，请检查", "cangku@example.com",
      "<cangku.2@example.com>"),
    MailFile(
      "iso-2022-jp-folded", "倉庫の温度が高い", "souko@example.org", "<souko.71@example.org>"),
    MailFile("big5-base64", "警報 機房溫度過高", "jifang@example.com", "<ups3.55@example.com>"),
    MailFile("euc-kr-quoted", "경보: 정문", "gate@example.org", "<gate.9@example.org>"),
    MailFile(
      "latin1-raw-subject", "Störung Brenner 2", "heizung@example.net", "<kessel.5@example.net>"),
    MailFile("word-without-end", "Alarm: Südtor offen", "tuer@example.net", "<tuer.6@example.net>"),
    MailFile(
      "windows-1254-turkish", "Yangın alarmı: depo", "panel..2.@example.com",
      to: ["alarms@example.net", "desk@example.net"], "<yangin.7@example.com>"),
    MailFile(
      "byte-order-mark", "ALARM zone 8 back door", "panel@panel.example.net",
      "<panel.8@panel.example.net>"),
    MailFile(
      "crcrlf-lines", "ALARM zone 9 roof", "panel@panel.example.net", "<panel.9@panel.example.net>"),
    MailFile("no-subject", "", "doorbell@example.net", "<ring-1@example.net>"),
    MailFile("two-from-headers", "ALARM zone 12 front door", nil, "<two-from@example.org>"),
    MailFile(
      "display-name-spoof", "ALARM zone 12 front door", "attacker@example.org",
      "<spoof@example.org>"),
    MailFile(
      "folder-internal-data", "DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA",
      "MAILER-DAEMON@mail.example.net", to: [], "<1763284800@mail.example.net>"),
    MailFile(
      "over-long-header-line", String(repeating: "Very long news ", count: 68) + "Very",
      "news@example.com", to: (0..<89).map { "reader\($0 < 10 ? "00" : "0")\($0)@example.com" },
      "<long@example.com>"),
    MailFile(
      "lf-only-file", "RESTORE zone 12 front door", "alarm@panel.example.net",
      "<restore.12@panel.example.net>"),
    MailFile(
      "mbox-file", "TROUBLE zone 12 front door", "alarm@panel.example.net",
      "<trouble.12@panel.example.net>"),
  ]
}

@Suite struct MailFileTests {
  @Test(arguments: MailFile.all)
  func readsTheFile(file: MailFile) throws {
    let bytes = try contents(ofMail: file.name)
    let reading = try read(bytes, charsets: CharsetTables.ofBoard())
    #expect(reading.subject == file.subject)
    #expect(reading.from == file.from)
    #expect(reading.to == file.to)
    #expect(reading.messageID == file.messageID)
    #expect(reading.isFolderInternalData == (file.name == "folder-internal-data"))
  }

  @Test(arguments: MailFile.all)
  func readsTheSameFromAServer(file: MailFile) throws {
    // A server sends CRLF, whatever the file has.
    let bytes = try contents(ofMail: file.name)
    let lines = bytes.filter { $0 != 0x0D }.split(separator: 0x0A, omittingEmptySubsequences: false)
    let stream = Array(lines.joined(separator: [0x0D, 0x0A]))
    var header = MessageHeader(charsets: try CharsetTables.ofBoard())
    header.receive(stream)
    let isComplete = header.isComplete
    #expect(isComplete)
    let whole = try read(bytes, charsets: CharsetTables.ofBoard())
    #expect(Reading(header) == whole)
  }
}
