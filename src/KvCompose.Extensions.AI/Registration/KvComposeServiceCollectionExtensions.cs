using KvCompose.Extensions.AI;
using KvCompose.Extensions.AI.Registration;
using KvCompose.Models;
using KvCompose.Serving;
using KvCompose.Serving.Chat;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds a model and its chat client to an application.</summary>
public static class KvComposeServiceCollectionExtensions
{
    /// <summary>
    /// Adds a model: <see cref="IChatClient"/>, <see cref="ChatServer"/> and <see cref="ServedModel"/> as singletons. It is opened when first asked for.
    /// Pipelines are added to what is returned.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Sets the options.</param>
    public static KvComposeBuilder AddKvCompose(this IServiceCollection services, Action<KvComposeOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<KvComposeOptions>().Configure(configure).ValidateOnStart();
        return Add(services);
    }

    /// <inheritdoc cref="AddKvCompose(IServiceCollection, Action{KvComposeOptions})"/>
    /// <param name="services">The application's services.</param>
    /// <param name="configuration">A section with the options, such as <c>configuration.GetSection("KvCompose")</c>.</param>
    public static KvComposeBuilder AddKvCompose(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<KvComposeOptions>().Bind(configuration).ValidateOnStart();
        return Add(services);
    }

    private static KvComposeBuilder Add(IServiceCollection services)
    {
        services.AddLogging();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<KvComposeOptions>, KvComposeOptionsValidator>());
        services.TryAddSingleton<ServedModel>();
        services.TryAddSingleton(static provider => provider.GetRequiredService<ServedModel>().Server);
        services.TryAddSingleton<IChatClient>(static provider => new KvComposeChatClient(
            provider.GetRequiredService<ChatServer>(), provider.GetService<ILogger<KvComposeChatClient>>()));
        return new KvComposeBuilder(services);
    }
}

/// <summary>Adds pipelines to a model that was added.</summary>
/// <param name="services">The application's services.</param>
public sealed class KvComposeBuilder(IServiceCollection services)
{
    /// <summary>The application's services.</summary>
    public IServiceCollection Services => services;

    /// <summary>Adds a pipeline. The first one is taken where nothing names one.</summary>
    /// <param name="name">Its name in requests.</param>
    /// <param name="description">What it keeps, in a few words.</param>
    /// <param name="open">Opens a session with the limits that it is given.</param>
    public KvComposeBuilder AddPipeline(string name, string description, Func<LanguageModel, SessionLimits, KvCompose.KvSession> open)
    {
        services.AddSingleton(new ServedPipeline(name, description, open));
        return this;
    }
}
