"""What leads where: Services, routes, monitors, policies and budgets."""

import tools


def matches(selector, labels):
    return all(labels.get(key) == value for key, value in selector.items())


class Render:
    def __init__(self, chart, path):
        self.objects = tools.objects(tools.render(chart, path))
        self.templates = [document["spec"]["template"] for document in self.of("Deployment")]

    def of(self, kind):
        return [document for document in self.objects if document["kind"] == kind]

    def pods(self, selector):
        return [template for template in self.templates if matches(selector, template["metadata"]["labels"])]

    def ports(self):
        for template in self.templates:
            container, _ = tools.sidestream_of(template["spec"])
            return {port["name"]: port["containerPort"] for port in container["ports"]}


def renders():
    return [("%s %s" % (chart, name), Render(chart, path)) for chart, name, path in tools.all_cases()]


def services():
    for where, render in renders():
        for service in render.of("Service"):
            spec = service["spec"]
            if len(render.pods(spec["selector"])) != 1:
                yield "%s: a Service selects %d pods" % (where, len(render.pods(spec["selector"])))
            if spec["ipFamilyPolicy"] != "PreferDualStack":
                yield where + ": " + str(spec["ipFamilyPolicy"])
            wanted = "admin" if service["metadata"]["name"].endswith("-admin") else "streams"
            if [port["targetPort"] for port in spec["ports"]] != [render.ports()[wanted]]:
                yield "%s: %s leads to %s" % (where, wanted, spec["ports"])
            has_tls = any(tools.has_tls(container, wanted) for pod in render.pods(spec["selector"])
                          for container in [tools.sidestream_of(pod["spec"])[0]])
            if any(port["appProtocol"] != ("https" if has_tls else "http") for port in spec["ports"]):
                yield where + ": no appProtocol"
            if wanted == "admin" and spec.get("clusterIP") != "None":
                yield where + ": the admin port has an address of its own"


def public_routes():
    """Ingress and HTTPRoute lead to the streams, and to nothing else."""
    for where, render in renders():
        backends = [(path["backend"]["service"]["name"], path["backend"]["service"]["port"]["number"])
                    for ingress in render.of("Ingress") for rule in ingress["spec"]["rules"] for path in rule["http"]["paths"]]
        backends += [(backend["name"], backend["port"]) for route in render.of("HTTPRoute")
                     for rule in route["spec"]["rules"] for backend in rule["backendRefs"]]
        for name, port in backends:
            targets = [known["targetPort"] for service in render.of("Service") if service["metadata"]["name"] == name
                       for known in service["spec"]["ports"] if known["port"] == port]
            if targets != [render.ports()["streams"]]:
                yield "%s: a route leads to %s:%s, which is %s" % (where, name, port, targets)


def monitors():
    for where, render in renders():
        for monitor in render.of("ServiceMonitor"):
            found = [service for service in render.of("Service")
                     if matches(monitor["spec"]["selector"]["matchLabels"], service["metadata"]["labels"])]
            ports = [port["name"] for service in found for port in service["spec"]["ports"]]
            if ports != [endpoint["port"] for endpoint in monitor["spec"]["endpoints"]]:
                yield "%s: a ServiceMonitor finds the ports %s" % (where, ports)
        for monitor in render.of("PodMonitor"):
            found = render.pods(monitor["spec"]["selector"]["matchLabels"])
            # In mode library the pod is another chart's.
            if len(found) != 1 and where != "sidestream library":
                yield "%s: a PodMonitor finds %d pods" % (where, len(found))
            for endpoint in monitor["spec"]["podMetricsEndpoints"] if found else ():
                if endpoint["port"] not in render.ports():
                    yield "%s: a PodMonitor asks for port %s" % (where, endpoint["port"])


def policies():
    for where, render in renders():
        for policy in render.of("NetworkPolicy"):
            spec = policy["spec"]
            if len(render.pods(spec["podSelector"]["matchLabels"])) != 1 or spec["policyTypes"] != ["Ingress", "Egress"]:
                yield where + ": the policy is not for our pods in both directions"
            for rule in spec["ingress"]:
                ports = [port["port"] for port in rule["ports"]]
                if ports == [render.ports()["admin"]] and not rule.get("from"):
                    yield where + ": everybody may ask the admin port"
                if ports not in ([render.ports()["streams"]], [render.ports()["admin"]]):
                    yield "%s: lets in %s" % (where, ports)
            if spec["egress"][0] != {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]}:
                yield where + ": no DNS"


def budgets_and_scaling():
    for where, render in renders():
        for deployment in render.of("Deployment"):
            scaled = [scaler for scaler in render.of("HorizontalPodAutoscaler")
                      if scaler["spec"]["scaleTargetRef"]["name"] == deployment["metadata"]["name"]]
            many = scaled or deployment["spec"].get("replicas", 1) > 1
            if scaled and "replicas" in deployment["spec"]:
                yield where + ": replicas beside an autoscaler"
            many = many or any(scaler["spec"]["scaleTargetRef"]["name"] == deployment["metadata"]["name"]
                               for scaler in render.of("ScaledObject"))
            if not where.startswith("shop") and bool(render.of("PodDisruptionBudget")) != bool(many):
                yield "%s: %d budgets" % (where, len(render.of("PodDisruptionBudget")))
        for budget in render.of("PodDisruptionBudget"):
            spec = budget["spec"]
            if (spec["maxUnavailable"], spec["unhealthyPodEvictionPolicy"]) != (1, "AlwaysAllow"):
                yield "%s: %s" % (where, spec)
            if len(render.pods(spec["selector"]["matchLabels"])) != 1:
                yield where + ": a budget for other pods"
        for scaler in render.of("HorizontalPodAutoscaler"):
            down = scaler["spec"]["behavior"]["scaleDown"]
            if down["stabilizationWindowSeconds"] < 600 or down["policies"] != [
                    {"type": "Pods", "value": 1, "periodSeconds": 300}]:
                yield "%s: goes down too fast: %s" % (where, down)


def the_kinds_are_there():
    """The tests above have something to look at."""
    kinds = {document["kind"] for _, render in renders() for document in render.objects}
    wanted = {"Service", "Ingress", "HTTPRoute", "ServiceMonitor", "PodMonitor", "PrometheusRule", "NetworkPolicy",
              "PodDisruptionBudget", "HorizontalPodAutoscaler", "Deployment", "ConfigMap", "ServiceAccount", "Pod"}
    if wanted - kinds:
        yield "in no render: " + ", ".join(sorted(wanted - kinds))


def tests():
    for test in (services, public_routes, monitors, policies, budgets_and_scaling, the_kinds_are_there):
        yield "routes: " + test.__name__.replace("_", " "), test
