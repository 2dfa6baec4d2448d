#!/usr/bin/python3
"""Reads and uses the windows of programs as a screen reader does (AT-SPI), with spec/plugin/support/wireshark.bash:

    window.py begin                to be called once the program has a window: a Qt of before 6 misses what was there first
    window.py shows TEXT…          waits until titles, labels, texts or cells that can be seen have each TEXT in them
    window.py hides TEXT           waits until none has
    window.py press NAME           waits until a button or menu item has this name and can be pressed; presses it
    window.py accept TEXT          waits until an alert has TEXT in it; presses its OK, and waits until it is gone
    window.py double-click NAME    waits until an interface has this name; clicks there twice with the mouse
    window.py gear NAME            the same, of the gear in front of it
    window.py choose NAME          waits until a closed list that can be seen has this choice; chooses it with the mouse

Each waits 180 seconds at most, and then prints what can be seen. Python is the system's, which has python3-gi.
"""
import subprocess
import sys
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, Gio, GLib  # noqa: E402

PATIENCE, PAUSE = 180, 0.2  # seconds
CHILDREN_MAX = 200  # of one list


def begin():
    wanted = GLib.Variant("(ssv)", ("org.a11y.Status", "IsEnabled", GLib.Variant("b", True)))
    bus = Gio.bus_get_sync(Gio.BusType.SESSION)
    bus.call_sync("org.a11y.Bus", "/org/a11y/bus", "org.freedesktop.DBus.Properties", "Set", wanted, None, 0, -1)


def children(node):
    found = (node.get_child_at_index(at) for at in range(min(node.get_child_count(), CHILDREN_MAX)))
    return (child for child in found if child is not None)


def everything(top):
    """All below a node."""
    for child in children(top):
        yield child
        yield from everything(child)


def seen(top):
    """All below a node that can be seen, but for menus and choices, of which there are hundreds."""
    for child in children(top):
        if child.get_role_name() in ("menu bar", "combo box"):
            continue
        if has(child, Atspi.StateType.SHOWING):
            yield child
        yield from seen(child)


def has(node, state):
    return node.get_state_set().contains(state)


def text_of(node):
    name = node.get_name() or ""
    return name + "\n" + (Atspi.Text.get_text(node, 0, -1) or "") if "Text" in node.get_interfaces() else name


def screen():
    return Atspi.get_desktop(0)


def shows(*texts):
    seen_texts = [text_of(node) for node in seen(screen())]
    return all(any(text in seen_text for seen_text in seen_texts) for text in texts)


def hides(text):
    return not shows(text)


def act(node):
    return has(node, Atspi.StateType.ENABLED) and Atspi.Action.do_action(node, 0)


def press(name):
    """The items of a closed menu can be pressed, and not be seen."""
    for node in everything(screen()):
        role = node.get_role_name()
        if node.get_name() == name and (role == "menu item" or role == "push button" and has(node, Atspi.StateType.SHOWING)):
            if act(node):
                return True
    return False


def alert_with(text):
    alerts = (node for node in seen(screen()) if node.get_role_name() == "alert")
    return next((alert for alert in alerts if any(text in text_of(node) for node in seen(alert))), None)


def accept(text):
    alert = alert_with(text)
    return alert is not None and any(node.get_name() == "OK" and act(node) for node in seen(alert))


def titles():
    return [window.get_name() for program in children(screen()) for window in children(program)]


def place_of(node):
    return Atspi.Component.get_extents(node, Atspi.CoordType.SCREEN)


def click(node, times):
    at = place_of(node)
    place = [str(at.x + at.width // 2), str(at.y + at.height // 2)]
    subprocess.run(["xdotool", "mousemove", *place, "click", "--repeat", str(times), "--delay", "50", "1"], check=True)


def click_cell(name, before, times):
    """In the list's row that has the name. True once there is another title or window: a list may move between the
    question where it is and the click."""
    old = titles()
    cells = [node for node in seen(screen()) if node.get_role_name() == "table cell"]
    for at, cell in enumerate(cells):
        if cell.get_name() == name:
            click(cells[at - before], times)
            return until(lambda: titles() != old, patience=10)
    return False


def double_click(name):
    return click_cell(name, 0, 2)


def gear(name):
    return click_cell(name, 1, 1)


def choose(name):
    for box in everything(screen()):
        if box.get_role_name() == "combo box" and has(box, Atspi.StateType.SHOWING):
            item = next((node for node in everything(box) if node.get_name() == name), None)
            if item is None or not Atspi.Action.do_action(box, 0):
                continue
            opened = until(lambda: place_of(item.get_parent()).width > 0, patience=10)
            click(item, 1)
            return opened and until(lambda: box.get_name() == name, patience=10)
    return False


def until(condition, *words, patience=PATIENCE):
    end = time.monotonic() + patience
    while time.monotonic() < end:
        try:
            if condition(*words):
                return True
        except GLib.Error:
            pass  # something has vanished between two questions about it
        time.sleep(PAUSE)
        while GLib.MainContext.default().iteration(False):  # news of what is there
            pass
    return False


def main(command, *words):
    if command == "begin":
        begin()
        return
    Atspi.init()
    commands = {"shows": shows, "hides": hides, "press": press, "accept": accept, "gear": gear, "choose": choose}
    commands["double-click"] = double_click
    if until(commands[command], *words) and (command != "accept" or until(lambda: alert_with(*words) is None)):
        return
    print(*(text for text in map(text_of, seen(screen())) if text.strip()), sep="\n", file=sys.stderr)
    sys.exit(f"window.py: still not after {PATIENCE} s: {command} {' '.join(words)}")


main(*sys.argv[1:])
