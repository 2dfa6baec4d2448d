#include "toolbar.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>
#include <uv.h>

#include "system/system.h"

enum {
    CONTROL_LINE, /* numbers of the controls, in the toolbar's order */
    CONTROL_STOP,
};

enum {
    SHOW_INTERVAL = 1000, /* ms */
    LOOK_INTERVAL = 100,
    PATIENCE = 60000, /* for Wireshark to open its end */
    PIECE = 4096,     /* bytes */
    PIECES = 16,      /* at once: the capture has its turn, too */
};

void toolbar_begin(struct toolbar *toolbar, const char *in, const char *out)
{
    *toolbar = (struct toolbar){.out = out, .in_fd = -1, .out_fd = -1};
    if (in != NULL)
        toolbar->in_fd = system_open_fifo(in, SYSTEM_TO_READ);
    if (out != NULL)
        toolbar->out_fd = system_open_fifo(out, SYSTEM_TO_WRITE);
}

void toolbar_print_controls(void)
{
    printf("control {number=%d}{type=string}{display=Capture}"
           "{tooltip=Packets that are captured and dropped, and instances that are missing}\n"
           "control {number=%d}{type=button}{display=Stop in order}"
           "{tooltip=End the capture with what the instances have still to send; Wireshark's own "
           "Stop does not wait for it}\n",
           CONTROL_LINE, CONTROL_STOP);
}

/* Whole or not at all: it is no longer than what a pipe takes at once. */
static void send_packet(struct toolbar *toolbar, uint8_t control, enum extcap_command command,
                        const char *text)
{
    uint8_t packet[EXTCAP_CONTROL_SIZE];
    size_t length = extcap_control_make(packet, control, command, text);

    if (toolbar->out_fd < 0 && toolbar->out != NULL)
        toolbar->out_fd = system_open_fifo(toolbar->out, SYSTEM_TO_WRITE);
    if (toolbar->out_fd < 0)
        return;
    if (write(toolbar->out_fd, packet, (unsigned int)length) < 0 && errno != EAGAIN &&
        errno != ENOSPC && errno != EINTR) {
        close(toolbar->out_fd);
        toolbar->out_fd = -1;
    }
}

static void show(struct toolbar *toolbar)
{
    if (toolbar->line[0] != '\0')
        send_packet(toolbar, CONTROL_LINE, EXTCAP_COMMAND_SET, toolbar->line);
    toolbar->line[0] = '\0';
}

void toolbar_show(struct toolbar *toolbar, const char *line, uint64_t now)
{
    snprintf(toolbar->line, sizeof toolbar->line, "%s", line);
    if (toolbar->showed_at != 0 && now - toolbar->showed_at < SHOW_INTERVAL)
        return;
    toolbar->showed_at = now;
    show(toolbar);
}

/* Reads what has come. */
static void look(struct toolbar *toolbar)
{
    uint8_t bytes[PIECE];
    struct extcap_control packet;
    ssize_t count;

    for (int i = 0; i < PIECES && toolbar->in_fd >= 0; i++) {
        size_t at = 0;

        count = read(toolbar->in_fd, bytes, sizeof bytes);
        if (count < 0)
            toolbar->was_open |= errno == EAGAIN;
        else if (count == 0)
            toolbar->wireshark_came |= toolbar->was_open;
        if (count <= 0)
            break;
        toolbar->wireshark_came = true;
        while (extcap_control_next(&toolbar->reader, bytes, (size_t)count, &at, &packet))
            toolbar->is_stopped |=
                packet.control == CONTROL_STOP && packet.command == EXTCAP_COMMAND_SET;
    }
}

bool toolbar_stops(struct toolbar *toolbar, uint64_t now)
{
    if (toolbar->is_stopped || now - toolbar->looked_at < LOOK_INTERVAL)
        return false;
    toolbar->looked_at = now;
    look(toolbar);
    if (toolbar->is_stopped)
        send_packet(toolbar, CONTROL_STOP, EXTCAP_COMMAND_DISABLE, "");
    return toolbar->is_stopped;
}

void toolbar_end(struct toolbar *toolbar, bool waits)
{
    for (int waited = 0; toolbar->in_fd >= 0 && waits && waited < PATIENCE;
         waited += LOOK_INTERVAL) {
        look(toolbar);
        if (toolbar->wireshark_came)
            break;
        uv_sleep(LOOK_INTERVAL);
    }
    show(toolbar);
    if (toolbar->in_fd >= 0)
        close(toolbar->in_fd);
    if (toolbar->out_fd >= 0)
        close(toolbar->out_fd);
    toolbar->in_fd = toolbar->out_fd = -1;
}
