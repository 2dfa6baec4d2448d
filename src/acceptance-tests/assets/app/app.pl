#!/usr/bin/perl
# The app of the acceptance tests: an HTTP server in nothing but Perl's base, which every stack has. It
# answers with its instance's index, and at /capture with what cf-pcap says to the app's own process.
use strict;
use warnings;
use IO::Socket::INET;

$SIG{CHLD} = 'IGNORE';
my $server = IO::Socket::INET->new(LocalPort => $ENV{PORT}, Listen => 128, ReuseAddr => 1) or die "listen: $!\n";
while (1) {
    my $client = $server->accept or next;
    next if fork;
    local $SIG{CHLD} = 'DEFAULT';
    my (undef, $path) = split ' ', <$client> // '';
    while (my $header = <$client>) { last if $header =~ /^\r?\n/ }
    my $text = "instance $ENV{CF_INSTANCE_INDEX}\n";
    if (($path // '') eq '/capture') {
        $text = `timeout 5 /tmp/lifecycle/cf-pcap --interface lo 2>&1 </dev/null`;
        $text .= "status " . ($? >> 8) . "\n";
    }
    print $client "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ", length $text, "\r\n\r\n", $text;
    close $client;
    exit;
}
