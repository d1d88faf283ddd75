"""Says whether popbell kept its word, from what can be seen outside of the machine.

Each alert fires, and fires once. There is one window that nobody can close: the action ran, and the power
went before the record of it was written. What popbell does next shows that it was: it deletes the message
or reads the whole of it, acts for another message, or ends the session. Until then an alert may fire once
more for each cut, but not with `on-crash = never`. One of these may be lost instead, where the power went
when it was the next to fire.
"""


class Judge:
    def __init__(self):
        self.alerts = {}
        self.problems = []
        self.open = None  # The alert that fired, and may not be on disk yet.
        self.cuts_in_window = 0

    def fired(self, kind, number):
        alert = self.open = self.alerts[int(number)]
        alert.fired += 1
        if alert.kind != kind:
            self.problems.append(f"the rule {kind} fired for {alert}")
        if alert.fired > alert.allowed:
            self.problems.append(f"{alert} fired {alert.fired} times, and may {alert.allowed}")

    def goes_on(self, alert):
        """Its message is archived or deleted next."""
        if not alert.fired and not alert.is_in_doubt:
            self.problems.append(f"{alert} has not fired, and is archived or deleted")
        if alert is self.open:
            self.open = None

    def deletes(self, alert):
        self.goes_on(alert)
        if alert.stays:
            self.problems.append(f"{alert} is deleted")

    def quits(self):
        self.open = None

    def cut(self, told):
        """The power goes; the headers of these alerts were read. Returns the alert in its window, if any."""
        hit, self.open = self.open, None
        if hit:
            self.cuts_in_window += 1
            hit.allowed += hit.fires_again
        waiting = [alert for alert in told
                   if not (alert.fired or alert.is_in_doubt or alert.fires_again or alert.is_newsletter)]
        if waiting:
            waiting[0].is_in_doubt = True
        return hit

    def waiting(self, messages):
        """The alerts with which something has still to be done."""
        return [str(m.alert) for m in messages
                if not m.alert.stays or not (m.alert.fired or m.alert.is_in_doubt or m.alert.is_newsletter)]

    def end(self, messages, archive):
        """All is done: what is left on the server, and in the Maildir."""
        for text in self.waiting(messages):
            self.problems.append(f"{text} is still on the server")
        for alert in self.alerts.values():
            if alert.stays and alert not in [message.alert for message in messages]:
                self.problems.append(f"{alert} is no more on the server")
            if not (alert.fired or alert.is_in_doubt or alert.is_newsletter):
                self.problems.append(f"{alert} is lost")
            copies = archive.count((alert.header + alert.body).replace(b"\r\n", b"\n"))
            if copies != alert.kind.startswith("archive"):
                self.problems.append(f"{alert} is {copies} times in the archive")
        wanted = sum(alert.kind.startswith("archive") for alert in self.alerts.values())
        if len(archive) != wanted:
            self.problems.append(f"the archive has {len(archive)} messages, and should have {wanted}")
