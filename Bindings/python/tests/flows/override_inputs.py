import flow_api
def handler(system: flow_api.System, this: flow_api.Execution, inputs: dict):
    models = this.connect('my_openai_connector', api_key='anotherapikey').get('output_value')
    return this.success('all done')
