using System.Diagnostics.Metrics;
using KvCompose.Extensions.AI.Measuring;
using KvCompose.Extensions.AI.Registration;
using KvCompose.Models;
using KvCompose.Serving;
using KvCompose.Serving.Chat;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace KvCompose.Extensions.AI;

/// <summary>The model of an application, opened when first asked for and closed with the application.</summary>
public sealed class ServedModel : IAsyncDisposable, IDisposable
{
    private readonly Lazy<ChatServer> _server;

    /// <summary>Keeps what is needed to open the model.</summary>
    /// <param name="options">Which model, and its bounds.</param>
    /// <param name="pipelines">The pipelines.</param>
    /// <param name="logger">Receives what is opened.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="meters">Makes the meter; null for one of its own.</param>
    public ServedModel(
        IOptions<KvComposeOptions> options, IEnumerable<ServedPipeline> pipelines, ILogger<ServedModel> logger, TimeProvider? time = null,
            IMeterFactory? meters = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _server = new Lazy<ChatServer>(() => Open(options.Value, [.. pipelines], logger, time, meters));
    }

    /// <summary>What answers. Opens the model when first asked for.</summary>
    /// <exception cref="OptionsValidationException">An option is not set, or out of range.</exception>
    /// <exception cref="ModelLoadException">The model cannot be used.</exception>
    public ChatServer Server => _server.Value;

    /// <summary>Whether the model is open.</summary>
    public bool IsOpen => _server.IsValueCreated;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated)
        {
            await Server.Engine.DisposeAsync().ConfigureAwait(false);
            Server.Engine.Model.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private static ChatServer Open(KvComposeOptions options, List<ServedPipeline> pipelines, ILogger logger, TimeProvider? time,
        IMeterFactory? meters)
    {
        if (options.Pipeline.Length > 0)
        {
            int usual = pipelines.FindIndex(pipeline => pipeline.Name == options.Pipeline);
            if (usual < 0)
            {
                throw new OptionsValidationException(
                    nameof(KvComposeOptions), typeof(KvComposeOptions),
                    [$"{nameof(KvComposeOptions.Pipeline)}: there is no pipeline '{options.Pipeline}': "
                        + string.Join(", ", pipelines.Select(static one => one.Name))]);
            }

            pipelines.Insert(0, pipelines[usual]);
            pipelines.RemoveAt(usual + 1);
        }

        string name = options.Name.Length > 0 ? options.Name : NameOf(options.ModelPath);
        LanguageModel model = LanguageModel.Load(
            options.ModelPath, new LanguageModelOptions
            {
                Threads = options.Threads,
                Context = options.Context,
                ChatTemplate = options.ChatTemplate
            });
        try
        {
            var engine = new ServingEngine(model, pipelines, KvComposeOptionsValidator.Bounds(options), name, time, meters);
            var server = new ChatServer(engine);
            Messages.Opened(logger, name, model.Shape.Layers, model.Context, string.Join(", ", pipelines.Select(static one => one.Name)));
            return server;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static string NameOf(string path)
    {
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        name = name.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase) ? name[..^5] : name;
        return name.Replace('+', '-');
    }
}
