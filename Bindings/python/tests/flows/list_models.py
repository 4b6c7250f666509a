import flow_api
def handler(system: flow_api.System, this: flow_api.Execution, inputs: dict):
    models = this.connect('my_openai_connector').get('output_value')
    return this.success('all done')
