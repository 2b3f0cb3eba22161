using System.CommandLine;
using System.Text.Json.Nodes;
using KvCompose.Models;
using KvCompose.Models.Sampling;
using KvCompose.Models.Templates;
using KvCompose.Serving;
using KvCompose.Serving.Chat;
using Spectre.Console;

namespace KvCompose.Tool.Commands;

/// <summary>A conversation, or one question.</summary>
internal static class ChatCommand
{
    public static Command Make(IAnsiConsole console, TextReader input)
    {
        Option<string> path = CommonOptions.Model(), pipeline = CommonOptions.Pipeline();
        Option<string?> prompt = new("--prompt") { Description = "Answers one question and ends.", HelpName = "TEXT" };
        Option<string?> system = new("--system") { Description = "The system's message.", HelpName = "TEXT" };
        Option<int> most = CommonOptions.Whole("--max-tokens", "Most tokens of an answer.", 1024, 1, 4096);
        Option<double> temperature = new("--temperature")
        {
            Description = "0 takes the likeliest token.",
            DefaultValueFactory = static _
            => 0.7
        };
        Option<ulong?> seed = new("--seed") { Description = "Seed of the draws.", HelpName = "N" };
        Option<int> threads = CommonOptions.Whole("--threads", "Threads to compute with; 0 chooses.", 0, 0, 1024);
        Option<bool> json = CommonOptions.Json();
        var command = new Command("chat", "Talks to a model.") { path, pipeline, prompt, system, most, temperature, seed, threads, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            string name = PipelineTable.Find(parsed.GetValue(pipeline)!).Name;
            string? question = parsed.GetValue(prompt);
            if (question is null && parsed.GetValue(json))
            {
                throw new WrongArgumentException("--json is for --prompt");
            }

            using LanguageModel model = CommonOptions.Load(parsed.GetValue(path)!, parsed.GetValue(threads));
            await using var engine = new ServingEngine(model, PipelineTable.All,
                new ServingOptions { MaxRunning = 1, MaxChoices = 1, MaxKept = 2 });
            var server = new ChatServer(engine);
            var request = new ChatRequest
            {
                Messages = parsed.GetValue(system) is { } instructions ? [ChatTurns.System(instructions)] : [],
                Pipeline = name,
                MaxTokens = parsed.GetValue(most),
                Conversation = "chat",
                Sampling = new SamplingOptions { Temperature = (float)parsed.GetValue(temperature), Seed = parsed.GetValue(seed) },
            };
            if (question is not null)
            {
                await AnswerAsync(server, request, question, console, parsed.GetValue(json), cancellation).ConfigureAwait(false);
                return ExitCode.Done;
            }

            await TalkAsync(server, request, console, input, cancellation).ConfigureAwait(false);
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task TalkAsync(ChatServer server, ChatRequest request, IAnsiConsole console, TextReader input,
        CancellationToken cancellation)
    {
        TextWriter output = console.Profile.Out.Writer;
        output.WriteLine(server.Engine.Model.Report.ToString());
        output.WriteLine("An empty line, or /quit, ends.");
        while (true)
        {
            output.Write("\n> ");
            output.Flush();
            if (input.ReadLine() is not { Length: > 0 } line || line is "/quit")
            {
                return;
            }

            await AnswerAsync(server, request, line, console, json: false, cancellation).ConfigureAwait(false);
            request = request with { Messages = [] }; // They are remembered.
        }
    }

    private static async Task AnswerAsync(
        ChatServer server, ChatRequest request, string question, IAnsiConsole console, bool json, CancellationToken cancellation)
    {
        TextWriter output = console.Profile.Out.Writer;
        ChatAnswer answer = server.Ask(request with { Messages = [.. request.Messages, ChatTurns.User(question)] }, cancellation);
        await foreach (ChatPiece piece in answer.WithCancellation(cancellation).ConfigureAwait(false))
        {
            if (!json)
            {
                output.Write(piece.Text);
                output.Flush();
            }
        }

        Generation generation = answer.Generation;
        output.WriteLine(!json ? "" : new JsonObject
        {
            ["pipeline"] = request.Pipeline,
            ["answer"] = answer.Text,
            ["promptTokens"] = generation.PromptTokens,
            ["reusedTokens"] = generation.ReusedTokens,
            ["answerTokens"] = generation.AnswerTokens,
            ["finish"] = generation.Finish.ToString(),
            ["firstTokenSeconds"] = Math.Round(generation.TimeToFirstToken.TotalSeconds, 4),
            ["tokensPerSecond"] = Math.Round(generation.TokensPerSecond, 2),
            ["bytesHeld"] = generation.BytesHeld,
        }.ToJsonString());
    }
}
