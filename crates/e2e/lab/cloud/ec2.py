"""EC2's calls, which another server answers, and what EC2 tells IAM of them."""

import asyncio
import http.client
import json
import threading
from urllib.parse import urlencode, urlsplit

from ministack import app
from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id

from cloud.wire import UNANSWERED

# Of one connection only.
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}


def patch(url):
    relay = Relay(urlsplit(url).netloc)
    app.SERVICE_HANDLERS["ec2"] = relay.handle
    give_iam_the_keys_of_ec2(Vpcs(relay))


class Relay:
    def __init__(self, address):
        self._address = address
        self._own = threading.local()

    async def handle(self, method, path, headers, body, query_params):
        query = urlencode(query_params, doseq=True)
        target = f"{path}?{query}" if query else path
        passed_on = {name: value for name, value in headers.items() if name not in HOP_BY_HOP}
        return await asyncio.to_thread(self._ask, method, target, passed_on, body)

    def _ask(self, method, target, headers, body):
        try:
            answer, content = self.exchange(method, target, headers, body)
        except (http.client.HTTPException, ConnectionError):
            return 503, {UNANSWERED: "1"}, b""
        kept = {name: value for name, value in answer.getheaders() if name.lower() not in HOP_BY_HOP}
        return answer.status, kept, content

    def exchange(self, method, target, headers=None, body=b""):
        """One call and its answer, on the connection of this thread."""
        connection = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._own.connection = http.client.HTTPConnection(self._address, timeout=60)
        try:
            connection.request(method, target, body, headers or {})
            answer = connection.getresponse()
            return answer, answer.read()
        except BaseException:
            connection.close()
            raise


class Vpcs:
    """In which VPC a route table is. It never changes."""

    def __init__(self, relay):
        self._relay = relay
        self._known = {}

    def of(self, table):
        if table not in self._known:
            _, content = self._relay.exchange("GET", "/_lab/route-tables")
            self._known = json.loads(content)
        return self._known.get(table)


def give_iam_the_keys_of_ec2(vpcs):
    """"Actions, resources, and condition keys for Amazon EC2" of the Service Authorization Reference: every call has
    `ec2:Region`, and one on a route table `ec2:Vpc`, the ARN of the table's VPC. ministack knows neither.
    """
    enforce = iam_evaluator.enforce

    def enforce_with_keys(access_key, action, service, region, resource_arn="*", service_context=None):
        if service == "ec2":
            service_context = {**(service_context or {}), "ec2:Region": region}
            _, _, table = resource_arn.partition(":route-table/")
            if vpc := vpcs.of(table) if table else None:
                service_context["ec2:Vpc"] = f"arn:aws:ec2:{region}:{get_account_id()}:vpc/{vpc}"
        return enforce(access_key, action, service, region, resource_arn, service_context)

    iam_evaluator.enforce = enforce_with_keys
