import flow_api
def handler(system: flow_api.System, this: flow_api.Execution, inputs: dict):
    inputs = {
        'url': '',
        'method': 'post',
        'data': 'payload',
    }
    child_execution = this.connect(connector_type='REST', **inputs, run=False)
    # do other stuff
    outputs = child_execution.get('output_value')
    return this.success('all done')
