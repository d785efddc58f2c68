// With -p:UseBedrock=true the builders are Bedrock.Framework's own; Program.cs uses them by the same names.
global using Bedrock.Framework;
