"""Pages of describe calls that moto answers whole."""

import base64

from moto.core.responses import ActionResult
from moto.ec2.exceptions import InvalidNextToken, InvalidParameterValue
from moto.ec2.responses.elastic_network_interfaces import ElasticNetworkInterfaces
from moto.ec2.responses.route_tables import RouteTables

LEAST = 5


def patch():
    # API model: DescribeRouteTablesMaxResults is 5 to 100, DescribeNetworkInterfacesMaxResults is 5 to 1000.
    is_paged(RouteTables, "describe_route_tables", "RouteTables", most=100)
    is_paged(ElasticNetworkInterfaces, "describe_network_interfaces", "NetworkInterfaces", most=1000)


def is_paged(responses, method, key, most):
    """MaxResults and NextToken: one page an answer, and a token as long as there is more."""
    original = getattr(responses, method)

    def paged(self):
        found = original(self).result[key]
        limit = page_size(self._get_param("MaxResults"), most)
        start = after_token(found, self._get_param("NextToken"))
        shown = found[start : start + limit]
        more = start + limit < len(found)
        return ActionResult({key: shown, "NextToken": token(shown[-1]) if more else None})

    setattr(responses, method, paged)


def page_size(asked, most):
    if asked is None:
        return most
    if not LEAST <= int(asked) <= most:
        raise InvalidParameterValue(
            f"Value ( {asked} ) for parameter maxResults is invalid. Expecting a value between {LEAST} and {most}."
        )
    return int(asked)


def token(last_shown):
    return base64.urlsafe_b64encode(last_shown.id.encode()).decode()


def after_token(found, given):
    if given is None:
        return 0
    for position, item in enumerate(found):
        if token(item) == given:
            return position + 1
    raise InvalidNextToken(given)
