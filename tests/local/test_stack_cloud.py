"""Patches of CloudFormation, shown with and without."""

import urllib.error
import urllib.request

import pytest
from botocore.exceptions import ClientError

from tests.local.place import Place

pytestmark = pytest.mark.cloud


def test_object_lock(patched, bare):
    """An object under default retention cannot be deleted for good."""
    template = {
        "Resources": {
            "Archive": {
                "Type": "AWS::S3::Bucket",
                "Properties": {
                    "BucketName": "archive",
                    "ObjectLockEnabled": True,
                    "ObjectLockConfiguration": {
                        "ObjectLockEnabled": "Enabled",
                        "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 30}},
                    },
                },
            }
        }
    }
    kept = []
    for place in (patched, bare):
        assert place.stack("archive", template) == "CREATE_COMPLETE"
        s3 = place.client("s3")
        version = s3.put_object(Bucket="archive", Key="entry", Body=b"x").get("VersionId")
        named = {"VersionId": version} if version else {}
        try:
            s3.delete_object(Bucket="archive", Key="entry", BypassGovernanceRetention=True, **named)
            kept.append(False)
        except ClientError as error:
            kept.append(error.response["Error"]["Code"] == "AccessDenied")
    assert kept == [True, False]


def test_permissions_boundary(patched, bare):
    """A role may do no more than its boundary, whatever its policy says."""

    def policy(action):
        allow = {"Effect": "Allow", "Action": action, "Resource": "*"}
        return {"Version": "2012-10-17", "Statement": [allow]}

    template = {
        "Resources": {
            "Boundary": {
                "Type": "AWS::IAM::ManagedPolicy",
                "Properties": {"ManagedPolicyName": "edge", "PolicyDocument": policy("logs:*")},
            },
            "Role": {
                "Type": "AWS::IAM::Role",
                "Properties": {
                    "RoleName": "bounded",
                    "AssumeRolePolicyDocument": policy("sts:AssumeRole"),
                    "PermissionsBoundary": {"Ref": "Boundary"},
                    "Policies": [{"PolicyName": "all", "PolicyDocument": policy("*")}],
                },
            },
        }
    }
    code = """
import boto3
def handler(event, context):
    return [bucket["Name"] for bucket in boto3.client("s3").list_buckets()["Buckets"]]
"""
    answers = []
    for place in (patched, bare):
        assert place.stack("roles", template, Capabilities=["CAPABILITY_NAMED_IAM"])
        place.function("bounded", code, Role="arn:aws:iam::000000000000:role/bounded")
        answers.append(place.call("bounded"))
    assert "AccessDenied" in answers[0]["errorMessage"]
    assert isinstance(answers[1], list)


def test_canary_deployments(patched, bare):
    template = {
        "Resources": {
            "Application": {
                "Type": "AWS::CodeDeploy::Application",
                "Properties": {"ComputePlatform": "Lambda"},
            },
            "Group": {
                "Type": "AWS::CodeDeploy::DeploymentGroup",
                "Properties": {"ApplicationName": {"Ref": "Application"}, "ServiceRoleArn": "x"},
            },
        }
    }
    assert patched.stack("canary", template) == "CREATE_COMPLETE"
    with pytest.raises(ClientError, match="Unrecognized resource types"):
        bare.stack("canary", template)


def _api(route, deployment):
    """A stack with a REST API of one route."""
    integration = {
        "type": "mock",
        "requestTemplates": {"application/json": '{"statusCode": 200}'},
        "responses": {"default": {"statusCode": "200"}},
    }
    missing = {
        "statusCode": 404,
        "responseParameters": {"gatewayresponse.header.X-Frame-Options": "'DENY'"},
    }
    body = {
        "openapi": "3.0.1",
        "info": {"title": "pages", "version": "1"},
        "paths": {
            f"/{route}": {
                "get": {
                    "responses": {"200": {"description": "a page"}},
                    "x-amazon-apigateway-integration": integration,
                }
            }
        },
        "x-amazon-apigateway-gateway-responses": {"MISSING_AUTHENTICATION_TOKEN": missing},
    }
    return {
        "Resources": {
            "Api": {
                "Type": "AWS::ApiGateway::RestApi",
                "Properties": {"Name": "pages", "Body": body},
            },
            deployment: {
                "Type": "AWS::ApiGateway::Deployment",
                "Properties": {"RestApiId": {"Ref": "Api"}},
            },
            "Stage": {
                "Type": "AWS::ApiGateway::Stage",
                "Properties": {
                    "RestApiId": {"Ref": "Api"},
                    "DeploymentId": {"Ref": deployment},
                    "StageName": "live",
                },
            },
        },
        "Outputs": {"Id": {"Value": {"Ref": "Api"}}},
    }


def _api_id(place):
    (described,) = place.client("cloudformation").describe_stacks(StackName="pages")["Stacks"]
    return described["Outputs"][0]["OutputValue"]


def _status(place, path):
    """The status of a GET on the API's address as it was first known."""
    try:
        with urllib.request.urlopen(f"{place.cloud.api_url('pages', 'live')}/{path}") as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.status


def test_api_addresses(patched, bare):
    """The address is known before the stack is, and stays when a route changes."""
    ids = []
    for place in (patched, bare):
        assert place.stack("pages", _api("first", "One")) == "CREATE_COMPLETE"
        before = _api_id(place)
        if place is patched:
            assert _status(place, "first") == 200
        place.change("pages", _api("second", "Other"))
        ids.append((before, _api_id(place)))
    assert ids[0] == ("pages", "pages")
    assert [_status(patched, route) for route in ("first", "second")] == [404, 200]
    assert ids[1][0] != ids[1][1]
    assert "pages" not in ids[1]


def test_api_bodies(patched, bare):
    """An error of the gateway carries the headers that the body gives it."""
    template = _api("third", "Third")
    template["Resources"]["Api"]["Properties"]["Name"] = "guarded"
    headers = []
    for place in (patched, bare):
        assert place.stack("guarded", template) == "CREATE_COMPLETE"
        described = place.client("cloudformation").describe_stacks(StackName="guarded")["Stacks"]
        api_id = described[0]["Outputs"][0]["OutputValue"]
        address = f"{place.cloud.api_url(api_id, 'live')}/nowhere"
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(address)
        with refused.value as answer:
            headers.append((answer.status, answer.headers.get("X-Frame-Options")))
    assert headers == [(404, "DENY"), (403, None)]


def test_schedules(patched, clouds):
    """A one-time schedule fires within a second; with schedules off it does not."""
    silent = Place(clouds(schedules=False))
    urls = []
    for place in (silent, patched):
        url, arn = place.queue("due")
        urls.append(url)
        place.client("scheduler").create_schedule(
            Name="once",
            ScheduleExpression="at(2026-01-01T00:00:00)",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": arn, "RoleArn": "arn:aws:iam::000000000000:role/any"},
        )
    assert patched.received(urls[1], deadline=5)[0]["source"] == "aws.scheduler"
    asked = {"QueueUrl": urls[0], "AttributeNames": ["ApproximateNumberOfMessages"]}
    answer = silent.client("sqs").get_queue_attributes(**asked)
    assert answer["Attributes"]["ApproximateNumberOfMessages"] == "0"
