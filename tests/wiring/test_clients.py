"""Whatever AWS service a function calls, the layer knows."""

from tests.wiring import clients


def test_the_layer_carries_every_service_that_a_function_calls():
    missing = {name: files for name, files in clients.called().items()
               if name not in clients.carried()}  # fmt: skip
    assert missing == {}


def test_the_services_are_read_from_the_code():
    """What the collecting finds, so that an empty set is no success."""
    services = clients.called()
    assert services.keys() >= {"ses", "sesv2", "s3", "kms", "sqs", "stepfunctions", "events"}
    assert services["ses"] == {"layers/core/dunlin/adapters/aws/send_statistics.py"}
    assert not any("/cli/" in file for files in services.values() for file in files)


def test_every_way_of_making_a_client_is_seen():
    source = """
session.client("ses")
boto3.client("s3", config=x)
boto3.resource("sqs")
get_session().create_client("kms")
boto3.client(name)
"""
    assert clients.services_in(source) == {"ses", "s3", "sqs", "kms", "?"}
