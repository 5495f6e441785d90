using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Signals.Api.Auth;
using Signals.Api.BadRows;
using Signals.Api.Collector;
using Signals.Api.Health;
using Signals.Api.Http;
using Signals.Api.Identities;
using Signals.Api.Ingest;
using Signals.Api.Interventions;
using Signals.Api.OpenApi;
using Signals.Api.Registry;
using Signals.Api.Serving;
using Signals.Api.Webhooks;
using Signals.Engine.Access;

namespace Signals.Api;

/// <summary>The HTTP surface of the product, for any host that runs ASP.NET Core.</summary>
public static class SignalsApi
{
    /// <summary>Version of the product, for instance <c>0.1.0</c>.</summary>
    public static string Version { get; } = typeof(SignalsApi).Assembly.GetName().Version!.ToString(3);

    /// <summary>
    /// Adds what the endpoints need. The host adds the rest: <see cref="IAccessStore"/>, the event log, the stores, the definitions
    /// registry, the attribute reader and editor, the metrics.
    /// </summary>
    /// <exception cref="ArgumentException">A setting is out of range; the message names it.</exception>
    public static IServiceCollection AddSignalsApi(this IServiceCollection services, SignalsApiOptions options)
    {
        options.Validate();
        services.AddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ApiKeys>();
        if (options.Entra is { } entra)
        {
            services.AddSingleton(entra);
            services.AddSingleton<EntraKeys>();
            services.AddSingleton<EntraTokens>();
        }
        services.AddSingleton<AccessTokens>();
        services.AddSingleton<IReadinessProbe, StorageProbe>();
        services.AddSingleton<UploadSlots>();
        services.AddRouting(routing =>
        {
            routing.SetParameterPolicy<CollectorVendorConstraint>(CollectorVendorConstraint.Name);
            routing.SetParameterPolicy<ProfileKeyConstraint>(ProfileKeyConstraint.Name);
        });
        ApiDocument.Add(services);
        InterventionEndpoints.AddServices(services, options.Subscriptions);
        WebhookEndpoints.AddServices(services, options.Webhooks);
        RegistryEndpoints.AddSchemas(services);
        IdentityEndpoints.AddServices(services);
        services.Configure<KestrelServerOptions>(kestrel =>
        {
            // Request line and headers as Snowplow's collector takes them (spec enriched-events 14): a GET carries a whole event.
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestLineSize = 20480;
            kestrel.Limits.MaxRequestHeadersTotalSize = 40960;
        });
        return services;
    }

    /// <summary>
    /// Adds the delivery to webhooks in the background. The host adds the rest: <see cref="Engine.Interventions.IWebhookStore"/>,
    /// <see cref="Engine.Events.IPartitionLease"/>. Of several processes on one store one delivers.
    /// </summary>
    public static IServiceCollection AddWebhookDelivery(this IServiceCollection services) => services.AddHostedService<WebhookDispatcher>();

    /// <summary>Puts the steps of a request in order and maps the endpoints of every area.</summary>
    public static void MapSignalsApi(this IApplicationBuilder app)
    {
        app.UseMiddleware<ErrorHandling>();
        app.UseMiddleware<ApiCors>();
        DocsPage.Use(app);
        app.UseRouting();
        app.UseMiddleware<BearerAuthentication>();
        app.UseEndpoints(endpoints => MapAreas(endpoints, app.ApplicationServices.GetRequiredService<SignalsApiOptions>()));
    }

    private static void MapAreas(IEndpointRouteBuilder endpoints, SignalsApiOptions options)
    {
        HealthEndpoints.Map(endpoints);
        ApiDocument.Map(endpoints);
        TokenEndpoints.Map(endpoints);
        BadRowEndpoints.Map(endpoints);
        InterventionEndpoints.Map(endpoints);
        WebhookEndpoints.Map(endpoints);
        RegistryEndpoints.Map(endpoints);
        IdentityEndpoints.Map(endpoints);
        ServingEndpoints.Map(endpoints);
        EnrichedEndpoints.Map(endpoints, options);
        if (options.CollectorEnabled)
            CollectorEndpoints.Map(endpoints);
    }
}
