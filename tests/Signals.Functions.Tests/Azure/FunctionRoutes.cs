using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;
using Signals.Functions.Azure;

namespace Signals.Functions.Tests.Azure;

/// <summary>Routes to the HTTP functions as the worker does: by the route and the methods that their attributes name.</summary>
public static class FunctionRoutes
{
    /// <summary>All HTTP functions.</summary>
    public static IReadOnlyList<HttpFunction> All { get; } =
        [.. typeof(AggregateAttributes).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance))
            .Where(method => method.GetCustomAttribute<FunctionAttribute>() is not null)
            .Select(method => (Method: method, Trigger: method.GetParameters().Select(p => p.GetCustomAttribute<HttpTriggerAttribute>()).FirstOrDefault(t => t is not null)))
            .Where(function => function.Trigger is not null)
            .Select(function => new HttpFunction(function.Method.GetCustomAttribute<FunctionAttribute>()!.Name, function.Method, function.Trigger!))];

    public static void MapAll(IEndpointRouteBuilder app)
    {
        foreach (var function in All)
            app.DataSources.Add(new DefaultEndpointDataSource(function.ToEndpoint()));
    }

    public sealed record HttpFunction(string Name, MethodInfo Method, HttpTriggerAttribute Trigger)
    {
        public RoutePattern Pattern { get; } = RoutePatternFactory.Parse($"/{Trigger.Route ?? Name}");

        public Endpoint ToEndpoint()
        {
            var builder = new RouteEndpointBuilder(InvokeAsync, Pattern, order: 0) { DisplayName = Name };
            builder.Metadata.Add(new HttpMethodMetadata(Trigger.Methods ?? []));
            return builder.Build();
        }

        private Task InvokeAsync(HttpContext context)
        {
            var instance = ActivatorUtilities.CreateInstance(context.RequestServices, Method.DeclaringType!);
            return (Task)Method.Invoke(instance, [context.Request])!;
        }
    }
}
