"""A learning switch for os-ken, as its users write it: an exact flow for each packet with a known destination.

Usage: osken_l2.py PORT 1.0|1.3
"""
import os
import sys

from os_ken import cfg
from os_ken.base import app_manager
from os_ken.controller import ofp_event
from os_ken.controller.handler import CONFIG_DISPATCHER, MAIN_DISPATCHER, set_ev_cls
from os_ken.lib import hub
from os_ken.lib.packet import ethernet, packet
from os_ken.ofproto import ofproto_v1_0, ofproto_v1_3

IDLE_TIMEOUT = 60


class LearningSwitch(app_manager.OSKenApp):
    OFP_VERSIONS = [ofproto_v1_0.OFP_VERSION, ofproto_v1_3.OFP_VERSION]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.stations = {}

    @set_ev_cls(ofp_event.EventOFPSwitchFeatures, CONFIG_DISPATCHER)
    def features(self, event):
        """Misses go to the controller; in OpenFlow 1.0 they do so anyway."""
        datapath = event.msg.datapath
        ofp, parser = datapath.ofproto, datapath.ofproto_parser
        if ofp.OFP_VERSION == ofproto_v1_0.OFP_VERSION:
            return
        actions = [parser.OFPActionOutput(ofp.OFPP_CONTROLLER, ofp.OFPCML_NO_BUFFER)]
        instructions = [parser.OFPInstructionActions(ofp.OFPIT_APPLY_ACTIONS, actions)]
        datapath.send_msg(parser.OFPFlowMod(datapath=datapath, priority=0, instructions=instructions))

    @set_ev_cls(ofp_event.EventOFPPacketIn, MAIN_DISPATCHER)
    def packet_in(self, event):
        message = event.msg
        datapath = message.datapath
        ofp, parser = datapath.ofproto, datapath.ofproto_parser
        old = ofp.OFP_VERSION == ofproto_v1_0.OFP_VERSION
        in_port = message.in_port if old else message.match["in_port"]
        frame = packet.Packet(message.data).get_protocol(ethernet.ethernet)
        ports = self.stations.setdefault(datapath.id, {})
        ports[frame.src] = in_port
        out_port = ports.get(frame.dst, ofp.OFPP_FLOOD)
        actions = [parser.OFPActionOutput(out_port)]
        if out_port != ofp.OFPP_FLOOD:
            self.add_flow(datapath, message.buffer_id, in_port, frame, actions, old)
            if message.buffer_id != ofp.OFP_NO_BUFFER:
                return
        data = message.data if message.buffer_id == ofp.OFP_NO_BUFFER else None
        datapath.send_msg(parser.OFPPacketOut(datapath=datapath, buffer_id=message.buffer_id, in_port=in_port,
                                              actions=actions, data=data))

    @staticmethod
    def add_flow(datapath, buffer_id, in_port, frame, actions, old):
        ofp, parser = datapath.ofproto, datapath.ofproto_parser
        common = {"datapath": datapath, "idle_timeout": IDLE_TIMEOUT, "priority": 1, "buffer_id": buffer_id}
        if old:
            match = parser.OFPMatch(in_port=in_port, dl_dst=frame.dst, dl_src=frame.src)
            datapath.send_msg(parser.OFPFlowMod(match=match, actions=actions, command=ofp.OFPFC_ADD, **common))
            return
        match = parser.OFPMatch(in_port=in_port, eth_dst=frame.dst, eth_src=frame.src)
        instructions = [parser.OFPInstructionActions(ofp.OFPIT_APPLY_ACTIONS, actions)]
        datapath.send_msg(parser.OFPFlowMod(match=match, instructions=instructions, **common))


def main():
    port, version = sys.argv[1:3]
    keep = ofproto_v1_0.OFP_VERSION if version == "1.0" else ofproto_v1_3.OFP_VERSION
    module = __import__("osken_l2")
    module.LearningSwitch.OFP_VERSIONS = [keep]
    cfg.CONF(project="os_ken", args=["--ofp-listen-host", "127.0.0.1", "--ofp-tcp-listen-port", port])
    app_manager.AppManager.run_apps(["osken_l2"])


if __name__ == "__main__":
    hub.patch(thread=False)
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    main()
