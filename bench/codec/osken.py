"""Times os-ken on the messages of the codec benchmark; reads hexadecimal from standard input.

Prints messages (for flow stats: entries) per second as JSON: the median of several rounds.
"""
import json
import statistics
import sys
import time

from os_ken.ofproto import ofproto_parser, ofproto_protocol
from os_ken.ofproto import ofproto_v1_3 as ofp
from os_ken.ofproto import ofproto_v1_3_parser as parser

import os_ken

ROUNDS = 5
SECONDS = 0.4


class Datapath(ofproto_protocol.ProtocolDesc):
    """What os-ken's parsers need of a connection."""

    def __init__(self):
        super().__init__(version=ofp.OFP_VERSION)


def rate(work, count):
    """The median rate of several rounds, in things per second."""
    rates = []
    for _ in range(ROUNDS):
        done = 0
        begin = time.perf_counter()
        while time.perf_counter() - begin < SECONDS:
            work()
            done += count
        rates.append(done / (time.perf_counter() - begin))
    return statistics.median(rates)


def main():
    sample = json.load(sys.stdin)
    datapath = Datapath()
    kept = []

    def decode(data):
        version, msg_type, msg_len, xid = ofproto_parser.header(data)
        return ofproto_parser.msg(datapath, version, msg_type, msg_len, xid, data)

    def packet_in(data=bytes.fromhex(sample["packetIn"])):
        kept[:] = [decode(data)]

    def flow_stats(data=bytes.fromhex(sample["flowStats"])):
        kept[:] = [decode(data)]

    def flow_mod():
        match = parser.OFPMatch(in_port=1, eth_src="00:11:22:33:44:55", eth_dst="66:55:44:33:00:01",
                                eth_type=0x0800, ipv4_dst="10.0.0.1")
        actions = [parser.OFPActionOutput(2, 0)]
        instructions = [parser.OFPInstructionActions(ofp.OFPIT_APPLY_ACTIONS, actions)]
        message = parser.OFPFlowMod(datapath, cookie=1, idle_timeout=10, priority=100, match=match,
                                    instructions=instructions, buffer_id=ofp.OFP_NO_BUFFER,
                                    out_port=ofp.OFPP_ANY, out_group=ofp.OFPG_ANY)
        message.serialize()
        kept[:] = [message.buf]

    print(json.dumps({
        "version": os_ken.__version__,
        "packetIn": rate(packet_in, 1),
        "flowMod": rate(flow_mod, 1),
        "flowStats": rate(flow_stats, sample["flowStatsEntries"]),
    }))


main()
