using System;

internal static class Program
{
    private static void Main(string[] args)
    {
        Console.WriteLine(FiveTokens.Of(args[0]));
    }
}
