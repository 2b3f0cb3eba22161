using System.CommandLine;
using System.Net;
using KvCompose.AspNetCore;
using KvCompose.Extensions.AI;
using KvCompose.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace KvCompose.Tool.Commands;

/// <summary>A thin host of the endpoints.</summary>
internal static class ServeCommand
{
    public static Command Make()
    {
        Option<string> path = CommonOptions.Model(), pipeline = CommonOptions.Pipeline();
        Option<string> host = new("--host")
        {
            Description = "The address to listen at. Any but a loopback address needs --api-key.",
            HelpName = "ADDRESS",
            DefaultValueFactory = static _ => "127.0.0.1",
        };
        Option<int> port = CommonOptions.Whole("--port", "The port; 0 takes a free one.", 8080, 0, 65535);
        Option<string[]> keys = new("--api-key")
        {
            Description = "A key that requests have to show; also in KVCOMPOSE_API_KEY.",
            HelpName = "KEY"
        };
        Option<string?> name = new("--name")
        {
            Description = "The model's name in requests; that of its file if none is given.",
            HelpName = "NAME"
        };
        Option<int> memory = CommonOptions.Whole("--cache-mebibytes", "Most MiB of cache pages.", 1024, 1, int.MaxValue);
        Option<int> running = CommonOptions.Whole("--max-running", "Most requests of a pipeline side by side.", 16, 1, 1024);
        Option<int> context = CommonOptions.Whole("--context", "Longest sequence in tokens; 0 for the model's own.", 0, 0, 1 << 24);
        Option<int> threads = CommonOptions.Whole("--threads", "Threads to compute with; 0 chooses.", 0, 0, 1024);
        var command = new Command("serve", "Serves a model by OpenAI's API, with a page at /.") { path, pipeline, host, port, keys, name,
            memory, running, context, threads };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (!IPAddress.TryParse(parsed.GetValue(host), out IPAddress? address))
            {
                throw new WrongArgumentException($"--host '{parsed.GetValue(host)}' is no IP address");
            }

            string[] shown = [.. (parsed.GetValue(keys) ?? []).Append(Environment.GetEnvironmentVariable("KVCOMPOSE_API_KEY") ?? "").Where(static key => key.Length > 0)];
            if (!IPAddress.IsLoopback(address) && shown.Length == 0)
            {
                throw new WrongArgumentException($"--host {address} lets other machines ask: give an --api-key, or set KVCOMPOSE_API_KEY");
            }

            WebApplication app = Build(
                options =>
                {
                    options.ModelPath = parsed.GetValue(path)!;
                    options.Name = parsed.GetValue(name) ?? "";
                    options.Pipeline = PipelineTable.Find(parsed.GetValue(pipeline)!).Name;
                    options.MaxCacheMebibytes = parsed.GetValue(memory);
                    options.MaxRunning = parsed.GetValue(running);
                    options.Context = parsed.GetValue(context);
                    options.Threads = parsed.GetValue(threads);
                },
                server => Array.ForEach(shown, server.ApiKeys.Add),
                kestrel => kestrel.Listen(address, parsed.GetValue(port)));
            await using (app.ConfigureAwait(false))
            {
                await app.StartAsync(cancellation).ConfigureAwait(false);
                Console.WriteLine($"listening at {string.Join(", ", app.Urls)}");
                await app.WaitForShutdownAsync(cancellation).ConfigureAwait(false);
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>The application, not started.</summary>
    public static WebApplication Build(
        Action<KvComposeOptions> options, Action<KvComposeServerOptions> server,
            Action<Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions> listen)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("KvCompose", LogLevel.Information);
        builder.Services.Configure<HostOptions>(static host => host.ShutdownTimeout = TimeSpan.FromSeconds(30));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
            listen(kestrel);
        });
        KvComposeBuilder model = builder.Services.AddKvCompose(options);
        foreach (ServedPipeline one in PipelineTable.All)
        {
            model.AddPipeline(one.Name, one.Description, one.Open);
        }

        model.AddServer(server);
        WebApplication app = builder.Build();
        app.MapKvCompose();
        return app;
    }
}
