import Platform
import Testing

@Suite struct SystemErrorTests {
  /// By the name of its call, as a manual page has it, or in words.
  @Test(arguments: SystemCall.allCases) func saysWhatFailedAndWhy(call: SystemCall) {
    let others: [SystemCall: String] = [
      .devNull: "/dev/null", .dropPrivileges: "dropping privileges", .getLine: "GPIO_V2_GET_LINE",
      .keeper: "the line keeper", .getLineInfo: "GPIO_V2_GET_LINEINFO",
      .watchLineInfo: "GPIO_V2_GET_LINEINFO_WATCH",
      .getValues: "GPIO_V2_LINE_GET_VALUES", .setValues: "GPIO_V2_LINE_SET_VALUES",
      .sdNotify: "sd_notify", .tls: "TLS",
    ]
    let error = SystemError(call, .notFound)
    #expect(
      String(decoding: error.text, as: UTF8.self)
        == "\(others[call] ?? "\(call)"): No such file or directory")
  }
}
