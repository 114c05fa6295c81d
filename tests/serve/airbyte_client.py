"""What airbyte-api's users do: look, trigger, poll, cancel; with each kind of credentials. Airflow's operator goes
through the same client."""
import sys
import time

import airbyte_api
from airbyte_api import api, models

url = sys.argv[1] + '/api/public/v1/'
WAYS = {
    'client credentials': models.Security(client_credentials=models.SchemeClientCredentials(
        client_id='leat', client_secret='s3cret', token_url=url + 'applications/token')),
    'relative token address': models.Security(client_credentials=models.SchemeClientCredentials(
        client_id='leat', client_secret='s3cret', token_url='applications/token')),
    'user and password': models.Security(basic_auth=models.SchemeBasicAuth(username='leat', password='s3cret')),
    'bearer': models.Security(bearer_auth='s3cret'),
}


def poll(client, job):
    # As Airflow's hook does: these three go on, anything else but success and failure is an error there.
    until = time.monotonic() + 60
    while time.monotonic() < until:
        status = client.jobs.get_job(request=api.GetJobRequest(job_id=job)).job_response.status.value
        if status not in ('running', 'pending', 'incomplete'):
            return status
    return 'too slow'


for name, security in WAYS.items():
    client = airbyte_api.AirbyteAPI(server_url=url, security=security)
    assert client.health.get_health_check().status_code == 200
    workspaces = client.workspaces.list_workspaces(request=api.ListWorkspacesRequest()).workspaces_response.data
    assert [w.name for w in workspaces] == ['shop'], workspaces
    connections = client.connections.list_connections(
        request=api.ListConnectionsRequest(workspace_ids=[workspaces[0].workspace_id])).connections_response.data
    connection = client.connections.get_connection(
        request=api.GetConnectionRequest(connection_id=connections[0].connection_id)).connection_response
    assert connection.name == 'orders' and connection.configurations.streams[0].name == 'orders'
    source = client.sources.get_source(request=api.GetSourceRequest(source_id=connection.source_id)).source_response
    assert source.source_type == 'files', source
    destination = client.destinations.get_destination(
        request=api.GetDestinationRequest(destination_id=connection.destination_id)).destination_response
    assert destination.destination_type == 'duckdb', destination
    streams = client.streams.get_stream_properties(request=api.GetStreamPropertiesRequest(
        source_id=connection.source_id, destination_id=connection.destination_id))
    assert streams.status_code == 200, streams
    job = client.jobs.create_job(request=models.JobCreateRequest(
        connection_id=connection.connection_id, job_type=models.JobTypeEnum.SYNC)).job_response
    status = poll(client, job.job_id)
    assert status == 'succeeded', status
    listed = client.jobs.list_jobs(request=api.ListJobsRequest(
        connection_id=connection.connection_id, limit=5, order_by='updatedAt|DESC')).jobs_response.data
    assert listed[0].job_id == job.job_id, listed
    try:
        client.jobs.get_job(request=api.GetJobRequest(job_id=999999))
        raise AssertionError('a job that is not there was found')
    except airbyte_api.errors.SDKError as error:
        assert error.status_code == 404, error
    print('ok:', name)
try:
    airbyte_api.AirbyteAPI(server_url=url, security=models.Security(bearer_auth='wrong')).jobs.list_jobs(
        request=api.ListJobsRequest())
    raise AssertionError('a wrong token was taken')
except airbyte_api.errors.SDKError as error:
    assert error.status_code == 401, error
print('ok: a wrong token is refused')
