using System.CommandLine;
using KvCompose.Models;
using Spectre.Console;

namespace KvCompose.Samples.Chat;

/// <summary>From a command line to an exit code, with one line for whatever goes wrong.</summary>
internal static class ChatCommand
{
    /// <param name="arguments">What follows the program's name.</param>
    /// <param name="console">Where answers are shown.</param>
    /// <param name="input">Where questions come from.</param>
    /// <param name="error">Where it is said what went wrong.</param>
    public static int Run(string[] arguments, IAnsiConsole console, TextReader input, TextWriter error)
    {
        var options = new ChatOptions();
        var command = new RootCommand("Talks to a model, with the cache of a pipeline of your choice.");
        foreach (Option option in options.All)
        {
            command.Add(option);
        }

        return new SampleCommand(error, ChatState.IsExpected).Run(command, arguments, parsed => Work(options.Read(parsed), console, input), console);
    }

    private static void Work(ChatArguments arguments, IAnsiConsole console, TextReader input)
    {
        using LanguageModel model = LanguageModel.Load(
            arguments.Model, new LanguageModelOptions { Context = arguments.Context, Threads = arguments.Threads });
        using var chat = new ChatState(model, arguments);
        using var interruption = new Interruption();
        if (arguments.Prompt is { } prompt)
        {
            new UnattendedChat(chat, console, arguments.Json).Run(prompt, interruption);
        }
        else
        {
            new AttendedChat(chat, console, input).Run(interruption);
        }
    }
}
