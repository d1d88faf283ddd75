// POP3Simulator
