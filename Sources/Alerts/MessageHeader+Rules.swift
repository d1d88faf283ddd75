public import Mail
public import Rules

extension MessageHeader: MessageFields {}
