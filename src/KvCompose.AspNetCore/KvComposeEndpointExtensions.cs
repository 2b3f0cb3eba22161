using KvCompose.AspNetCore;
using KvCompose.AspNetCore.Endpoints;
using KvCompose.Extensions.AI;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;

namespace Microsoft.AspNetCore.Builder;

/// <summary>OpenAI-compatible endpoints for the model that <c>services.AddKvCompose(…)</c> added.</summary>
public static class KvComposeEndpointExtensions
{
    /// <summary>
    /// Adds what the endpoints need. The model is opened when the application starts; when it stops, answers are ended first, for as long as the host's
    /// shutdown timeout gives.
    /// </summary>
    /// <param name="builder">What AddKvCompose returned.</param>
    /// <param name="configure">Who may use the endpoints; null for this machine alone.</param>
    public static KvComposeBuilder AddServer(this KvComposeBuilder builder, Action<KvComposeServerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        IServiceCollection services = builder.Services;
        services.AddOptions<KvComposeServerOptions>()
            .Configure(options => configure?.Invoke(options))
            .Validate(static options => options.MaxRequestBytes >= 1024,
                $"{nameof(KvComposeServerOptions.MaxRequestBytes)} must be 1024 or more")
            .Validate(static options => options.ApiKeys.All(static key => key.Length >= 8),
                $"{nameof(KvComposeServerOptions.ApiKeys)}: a key is shorter than 8 characters")
            .ValidateOnStart();
        services.AddSingleton<ServerState>();
        services.AddSingleton<IHostedService, ServerLifetime>();
        services.AddOpenTelemetry().WithMetrics(static metrics => metrics
            .AddMeter(KvComposeTelemetry.MeterName, KvComposeTelemetry.ServingMeterName)
            .AddPrometheusExporter());
        return builder;
    }

    /// <summary>
    /// Maps /v1/models, /v1/chat/completions, /v1/completions, /v1/kvcompose/cache, /health, /metrics and the page at /. Needs
    /// <see cref="AddServer"/>.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <returns>The endpoints, for conventions of the application's own.</returns>
    /// <exception cref="InvalidOperationException"><see cref="AddServer"/> was not called.</exception>
    public static IEndpointConventionBuilder MapKvCompose(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        if (endpoints.ServiceProvider.GetService<ServerState>() is null)
        {
            throw new InvalidOperationException($"call services.AddKvCompose(…).{nameof(AddServer)}() first");
        }

        RouteGroupBuilder group = endpoints.MapGroup("");
        group.MapMethods("/v1/models", Get, Guarded.By(InfoEndpoints.ModelsAsync));
        group.MapMethods("/v1/chat/completions", Post, Guarded.By(ChatEndpoint.RunAsync));
        group.MapMethods("/v1/completions", Post, Guarded.By(TextEndpoint.RunAsync));
        group.MapMethods("/v1/kvcompose/cache", Get, Guarded.By(InfoEndpoints.CacheAsync));
        group.MapMethods("/health", Get, Guarded.By(InfoEndpoints.HealthAsync, open: true));
        group.MapMethods("/", Get, Guarded.By(PageEndpoint.File("index.html", "text/html; charset=utf-8"), open: true));
        group.MapMethods("/page.css", Get, Guarded.By(PageEndpoint.File("page.css", "text/css; charset=utf-8"), open: true));
        group.MapMethods("/page.js", Get, Guarded.By(PageEndpoint.File("page.js", "text/javascript; charset=utf-8"), open: true));
        group.MapPrometheusScrapingEndpoint("/metrics", meterProvider: null, static branch => branch.Use(Guarded.Behind),
            optionsName: null);
        return group;
    }

    private static string[] Get => [HttpMethods.Get];

    private static string[] Post => [HttpMethods.Post];
}
